package dev.innkeeper.server.rest;

import dev.innkeeper.billing.invoice.RunProgress;
import dev.innkeeper.server.runtime.BillingRuns;
import dev.innkeeper.server.runtime.Services;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.lang.management.ManagementFactory;

/**
 * This server in figures, under {@code /metrics}, as Prometheus reads them (text format 0.0.4).
 * Like the health route it is open to anybody: no figure tells of a customer or of money. Reading
 * it asks the database nothing. Thread-safe.
 */
public final class Metrics {
  private static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final Services services;

  public Metrics(Services services) {
    this.services = services;
  }

  /** Adds the route. */
  public void addTo(RoutesConfig routes) {
    routes.get("/metrics", this::show);
  }

  private void show(Context ctx) {
    ctx.header("Cache-Control", "no-store").contentType(TYPE).result(text());
  }

  private String text() {
    BillingRuns.Status run = services.runs().status();
    RunProgress progress = run.progress();
    boolean running = run.state() == BillingRuns.State.RUNNING;
    StringBuilder out = new StringBuilder();
    gauge(out, "billing_run_running", "Whether a billing run is under way.", running ? 1 : 0);
    gauge(
        out,
        "billing_run_customers_due",
        "Customers that were due when the last billing run began.",
        progress == null ? 0 : progress.customersDue());
    gauge(
        out,
        "billing_run_customers_done",
        "Customers that the last billing run has billed so far.",
        progress == null ? 0 : progress.customersDone());
    gauge(
        out,
        "billing_run_customers_per_second",
        "The rate of the billing run under way; 0 when there is none.",
        running && progress != null ? progress.customersPerSecond() : 0);
    gauge(
        out,
        "billing_run_seconds_left",
        "At the rate so far; 0 when no run is under way.",
        running && progress != null ? progress.left().toSeconds() : 0);
    BillingRuns.Counts counts = run.counts();
    counter(out, "billing_runs_finished_total", "Billing runs that ended.", counts.finished());
    counter(out, "billing_runs_failed_total", "Billing runs that broke off.", counts.failed());
    counter(out, "billing_run_customers_total", "Customers that runs billed.", counts.customers());
    counter(out, "billing_run_invoices_total", "Invoices that runs issued.", counts.invoices());
    counter(out, "billing_run_parked_total", "Customers that runs set aside.", counts.parked());
    gauge(
        out,
        "heap_used_bytes",
        "Heap of the Java virtual machine in use.",
        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    return out.toString();
  }

  private static void gauge(StringBuilder out, String name, String help, long value) {
    add(out, name, help, "gauge", value);
  }

  private static void counter(StringBuilder out, String name, String help, long value) {
    add(out, name, help, "counter", value);
  }

  private static void add(StringBuilder out, String name, String help, String type, long value) {
    out.append("# HELP innkeeper_").append(name).append(' ').append(help).append('\n');
    out.append("# TYPE innkeeper_").append(name).append(' ').append(type).append('\n');
    out.append("innkeeper_").append(name).append(' ').append(value).append('\n');
  }
}

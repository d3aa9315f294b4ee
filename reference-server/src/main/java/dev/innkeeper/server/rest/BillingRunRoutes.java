package dev.innkeeper.server.rest;

import dev.innkeeper.billing.invoice.RunOptions;
import dev.innkeeper.billing.invoice.RunProgress;
import dev.innkeeper.billing.invoice.RunReport;
import dev.innkeeper.billing.invoice.RunSummary;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.server.rest.Endpoint.Caller;
import dev.innkeeper.server.runtime.BillingRuns;
import dev.innkeeper.server.runtime.Services;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Billing runs, for operators. */
final class BillingRunRoutes {
  private static final int WORKERS = 2;
  private static final int WORKERS_MAX = 16;

  private final Services services;
  private final Requests requests;

  /** How far a run is. */
  record Progress(
      long customersDone, long customersDue, long customersPerSecond, long secondsLeft) {
    static @Nullable Progress of(@Nullable RunProgress progress) {
      return progress == null
          ? null
          : new Progress(
              progress.customersDone(),
              progress.customersDue(),
              progress.customersPerSecond(),
              progress.left().toSeconds());
    }
  }

  /** What a run did on this server. */
  record Report(
      UUID runId,
      long customers,
      long invoices,
      long parked,
      List<Amount> totals,
      long left,
      long tookMillis) {
    static @Nullable Report of(@Nullable RunReport report) {
      return report == null
          ? null
          : new Report(
              report.runId(),
              report.customers(),
              report.invoices(),
              report.parked(),
              amounts(report.totals()),
              report.left(),
              report.took().toMillis());
    }
  }

  /** The last run. */
  record Status(
      String state,
      @Nullable Progress progress,
      @Nullable Report report,
      @Nullable String problem) {}

  /** A run by the database, and whether the ledger says the same. */
  record Summary(
      UUID runId,
      long customers,
      long invoices,
      long parked,
      List<Amount> invoiced,
      List<Amount> booked,
      boolean ties) {}

  BillingRunRoutes(Services services, Requests requests) {
    this.services = services;
    this.requests = requests;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.post(
                "/v1/admin/billing-runs",
                Caller.ADMIN,
                "Starts a billing run, or tells of the one under way.",
                this::start)
            .withFields("workers"),
        Endpoint.post(
            "/v1/admin/billing-runs/preview",
            Caller.ADMIN,
            "What a billing run would issue now; writes nothing.",
            this::preview),
        Endpoint.get(
            "/v1/admin/billing-runs/current",
            Caller.ADMIN,
            "How the last billing run of this server goes or went.",
            ctx -> write(ctx, 200, services.runs().status())),
        Endpoint.get(
            "/v1/admin/billing-runs/{id}",
            Caller.ADMIN,
            "What a billing run came to, and whether the ledger says the same.",
            this::summary));
  }

  private void start(Context ctx) {
    JsonBody body = requests.body(ctx);
    int workers = body.integer("workers", WORKERS, 1, WORKERS_MAX);
    body.check();
    write(ctx, 202, services.runs().start(workers));
  }

  private void write(Context ctx, int code, BillingRuns.Status status) {
    requests.write(
        ctx,
        code,
        new Status(
            status.state().name(),
            Progress.of(status.progress()),
            Report.of(status.report()),
            status.problem()));
  }

  private void preview(Context ctx) {
    RunReport report = services.engine().invoices().dryRun(RunOptions.standard());
    requests.write(ctx, 200, Map.of("report", report(report)));
  }

  private static Report report(RunReport report) {
    Report written = Report.of(report);
    if (written == null) {
      throw new IllegalStateException("a dry run gives a report");
    }
    return written;
  }

  private void summary(Context ctx) {
    RunSummary summary = services.engine().invoices().runSummary(requests.id(ctx, "id"));
    requests.write(
        ctx,
        200,
        new Summary(
            summary.runId(),
            summary.customers(),
            summary.invoices(),
            summary.parked(),
            amounts(summary.invoiced()),
            amounts(summary.booked()),
            summary.ties()));
  }

  private static List<Amount> amounts(Map<Currency, Amount> byCurrency) {
    return List.copyOf(new TreeMap<>(byCurrency).values());
  }
}

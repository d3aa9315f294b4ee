package dev.innkeeper.server.rest;

import dev.innkeeper.billing.audit.WorkHealth.KindHealth;
import dev.innkeeper.server.rest.Endpoint.Caller;
import dev.innkeeper.server.runtime.Readiness;
import dev.innkeeper.server.runtime.Services;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;

/** Whether what falls due is done. */
final class HealthRoutes {
  private final Requests requests;
  private final Readiness readiness;

  HealthRoutes(Services services, Requests requests) {
    this.requests = requests;
    this.readiness = new Readiness(services);
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get(
            "/v1/health/work",
            Caller.ANYBODY,
            "503 when due work has not been looked at for minutes: for monitors.",
            this::work),
        Endpoint.get(
            "/v1/admin/work", Caller.ADMIN, "Each kind of due work, and how late.", this::kinds));
  }

  /** Names of kinds only: what they failed with is nobody's business but an admin's. */
  private void work(Context ctx) {
    Readiness.Report report = readiness.read();
    requests.write(
        ctx,
        report.isStale() ? 503 : 200,
        Map.of("status", report.status(), "stale", report.stale(), "late", report.late()));
  }

  private void kinds(Context ctx) {
    List<KindHealth> kinds = readiness.read().kinds();
    requests.write(ctx, 200, Map.of("items", kinds));
  }
}

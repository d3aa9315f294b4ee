package dev.innkeeper.server.rest;

import dev.innkeeper.server.runtime.Services;
import dev.innkeeper.server.time.TrialTime;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Map;

/** The trial's clock. In production these routes don't exist. */
final class ClockRoutes {
  private final Services services;
  private final Requests requests;

  ClockRoutes(Services services, Requests requests) {
    this.services = services;
    this.requests = requests;
  }

  void addTo(RoutesConfig routes) {
    services
        .trial()
        .ifPresent(
            trial -> {
              routes.get("/v1/clock", ctx -> show(ctx, trial));
              routes.post("/v1/admin/clock/advance", ctx -> advance(ctx, trial));
              routes.post("/v1/admin/clock/run", ctx -> run(ctx, trial));
            });
  }

  private void show(Context ctx, TrialTime trial) {
    requests.write(ctx, 200, Map.of("now", trial.now(), "stands", trial.isStanding()));
  }

  private void advance(Context ctx, TrialTime trial) {
    requests.admin(ctx);
    JsonBody body = requests.body(ctx);
    String by = body.text("by");
    body.check();
    trial.advance(by);
    show(ctx, trial);
  }

  private void run(Context ctx, TrialTime trial) {
    requests.admin(ctx);
    trial.run();
    show(ctx, trial);
  }
}

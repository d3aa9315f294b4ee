package dev.innkeeper.server.rest;

import dev.innkeeper.server.rest.Endpoint.Caller;
import dev.innkeeper.server.runtime.Services;
import dev.innkeeper.server.time.TrialTime;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;

/** The trial's clock. In production these routes don't exist. */
final class ClockRoutes {
  private final Services services;
  private final Requests requests;

  ClockRoutes(Services services, Requests requests) {
    this.services = services;
    this.requests = requests;
  }

  List<Endpoint> endpoints() {
    return services.trial().map(this::endpoints).orElse(List.of());
  }

  private List<Endpoint> endpoints(TrialTime trial) {
    return List.of(
        Endpoint.get("/v1/clock", Caller.ANYBODY, "A trial's time.", ctx -> show(ctx, trial)),
        Endpoint.post(
                "/v1/admin/clock/advance",
                Caller.ADMIN,
                "Lets time pass, with all that falls due on the way.",
                ctx -> advance(ctx, trial))
            .withFields("by!"),
        Endpoint.post(
            "/v1/admin/clock/run",
            Caller.ADMIN,
            "Lets time pass by itself from now on.",
            ctx -> run(ctx, trial)));
  }

  private void show(Context ctx, TrialTime trial) {
    requests.write(ctx, 200, Map.of("now", trial.now(), "stands", trial.isStanding()));
  }

  private void advance(Context ctx, TrialTime trial) {
    JsonBody body = requests.body(ctx);
    String by = body.text("by");
    body.check();
    trial.advance(by);
    show(ctx, trial);
  }

  private void run(Context ctx, TrialTime trial) {
    trial.run();
    show(ctx, trial);
  }
}

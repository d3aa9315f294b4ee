package dev.innkeeper.server.pages;

import dev.innkeeper.server.runtime.Services;
import dev.innkeeper.server.time.TrialTime;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.ZoneOffset;

/** What an admin sees and does. */
final class AdminPages extends PageRoutes {

  AdminPages(Services services, Renderer renderer) {
    super(services, renderer);
  }

  void addTo(RoutesConfig routes) {
    services
        .trial()
        .ifPresent(
            trial ->
                routes.post(
                    "/admin/clock",
                    ctx -> forAdmin(ctx, (c, visit) -> moveClock(c, visit, trial))));
  }

  private void moveClock(Context ctx, Visit visit, TrialTime trial) {
    act(
        ctx,
        visit,
        back(ctx),
        () -> "It is now " + Show.minute(trial.advance(form(ctx, "by")), ZoneOffset.UTC) + ".");
  }

  /** The page the form was on, if it is one of ours. */
  private static String back(Context ctx) {
    String referer = ctx.header("Referer");
    if (referer != null) {
      String path = referer.replaceFirst("^https?://[^/]+", "");
      if (path.matches("/admin/[a-z/0-9-]*")) {
        return path;
      }
    }
    return "/admin/customers";
  }
}

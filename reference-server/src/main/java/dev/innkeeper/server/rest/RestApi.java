package dev.innkeeper.server.rest;

import dev.innkeeper.server.runtime.Services;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;

/** The public API under {@code /v1}. Thread-safe. */
public final class RestApi {
  static final String ROOT = "/v1";

  private final Services services;
  private final Problems problems;
  private final Requests requests;

  public RestApi(Services services) {
    this.services = services;
    this.problems = new Problems(services.json(), services.config().http().bodyBytesMax());
    this.requests = new Requests(services.json(), services.access());
  }

  /** Adds every route. */
  public void addTo(RoutesConfig routes) {
    routes.before(ROOT + "/*", RestApi::headers);
    new AccountRoutes(services, requests).addTo(routes);
    new ClockRoutes(services, requests).addTo(routes);
  }

  private static void headers(Context ctx) {
    ctx.header("Cache-Control", "no-store");
    ctx.header("X-Content-Type-Options", "nosniff");
  }

  /** Whether a request is one of this API's, so that its problems are told as JSON. */
  public static boolean isFor(Context ctx) {
    return ctx.path().equals(ROOT) || ctx.path().startsWith(ROOT + "/");
  }

  /** Answers with what went wrong. */
  public void problem(Context ctx, Exception failure) {
    problems.write(ctx, failure);
  }
}

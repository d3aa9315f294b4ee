package dev.innkeeper.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.server.TestServer;
import dev.innkeeper.server.pages.Pages;
import dev.innkeeper.server.runtime.Services;
import io.javalin.Javalin;
import io.javalin.http.Context;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** A request that loses against others at the database is told to come again, not of a fault. */
class BusyTest {
  /** Ends as a transaction does that the database gave up on. */
  private static void lose(Services services) throws SQLException {
    try (Connection connection = DriverManager.getConnection(services.config().database().url())) {
      connection.setAutoCommit(false);
      Object unused =
          services
              .engine()
              .in(
                  connection,
                  () -> {
                    throw new IllegalStateException(
                        new SQLException("deadlock detected in table x", "40P01"));
                  });
    }
  }

  private static HttpResponse<String> get(String url) throws Exception {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
  }

  private static void tell(RestApi api, Pages pages, Context ctx, Exception failure) {
    if (RestApi.isFor(ctx)) {
      api.problem(ctx, failure);
    } else {
      pages.problem(ctx, failure);
    }
  }

  @Test
  void whoLosesAgainstOthersIsToldWhenToComeAgain() throws Exception {
    try (TestServer server = TestServer.start()) {
      Services services = server.server().services();
      RestApi api = new RestApi(services);
      Pages pages = new Pages(services);
      Javalin web =
          Javalin.create(
                  javalin -> {
                    javalin.startup.showJavalinBanner = false;
                    javalin.routes.get("/v1/lost", ctx -> lose(services));
                    javalin.routes.get("/lost", ctx -> lose(services));
                    javalin.routes.exception(
                        Exception.class, (failure, ctx) -> tell(api, pages, ctx, failure));
                  })
              .start("127.0.0.1", 0);
      try {
        String url = "http://127.0.0.1:" + web.port();
        HttpResponse<String> rest = get(url + "/v1/lost");
        assertThat(rest.statusCode()).isEqualTo(503);
        assertThat(rest.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(rest.headers().firstValue("Content-Type"))
            .hasValueSatisfying(type -> assertThat(type).startsWith("application/problem+json"));
        assertThat(rest.body())
            .contains("\"code\":\"busy\"", "same Idempotency-Key")
            .doesNotContain("deadlock", "table");
        HttpResponse<String> page = get(url + "/lost");
        assertThat(page.statusCode()).isEqualTo(503);
        assertThat(page.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(page.body()).contains("Very busy just now").doesNotContain("deadlock");
      } finally {
        web.stop();
        pages.close();
      }
    }
  }
}

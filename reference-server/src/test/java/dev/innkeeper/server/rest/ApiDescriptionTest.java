package dev.innkeeper.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.innkeeper.server.TestServer;
import dev.innkeeper.server.client.ApiProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ApiDescriptionTest {
  private static TestServer server;
  private static List<Endpoint> endpoints;

  @BeforeAll
  static void start() {
    server = TestServer.start();
    endpoints = new RestApi(server.server().services()).endpoints();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void everyRouteIsOnThePage() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "api.md"));
    String rows = endpoints.stream().map(ApiDescriptionTest::row).collect(Collectors.joining("\n"));
    assertThat(
            page.lines().filter(line -> line.startsWith("| `")).collect(Collectors.joining("\n")))
        .isEqualTo(rows);
  }

  private static String row(Endpoint endpoint) {
    List<String> fields = endpoint.fields().isEmpty() ? endpoint.query() : endpoint.fields();
    return "| `"
        + endpoint.method().name()
        + " "
        + endpoint.path()
        + "` | "
        + endpoint.caller().name().toLowerCase(Locale.ROOT).replace('_', ' ')
        + " | "
        + (endpoint.keyed() ? "yes" : "")
        + " | "
        + endpoint.summary()
        + " | "
        + fields.stream().map(field -> "`" + field + "`").collect(Collectors.joining(" "))
        + " |";
  }

  @Test
  void theDescriptionNamesEveryRoute() {
    JsonNode description = server.client().get("/v1/openapi.json");
    for (Endpoint endpoint : endpoints) {
      JsonNode operation =
          description
              .path("paths")
              .path(endpoint.path())
              .path(endpoint.method().name().toLowerCase(Locale.ROOT));
      assertThat(operation.path("summary").asText())
          .as(endpoint.path())
          .isEqualTo(endpoint.summary());
    }
  }

  @Test
  void nobodyGetsInWithoutAToken() {
    for (Endpoint endpoint : endpoints) {
      if (endpoint.caller() != Endpoint.Caller.ANYBODY) {
        assertThat(statusWithoutToken(endpoint)).as(endpoint.path()).isEqualTo(401);
      }
    }
  }

  private static int statusWithoutToken(Endpoint endpoint) {
    String path = endpoint.path().replaceAll("\\{[^}]+}", "019e807a-ec00-72f6-872f-6a5ccd4cfc29");
    try {
      switch (endpoint.method().name()) {
        case "GET" -> server.client().get(path);
        case "DELETE" -> server.client().delete(path);
        case "PUT" -> server.client().put(path, Map.of());
        default -> server.client().post(path, Map.of());
      }
      return 200;
    } catch (ApiProblem e) {
      return e.status();
    }
  }
}

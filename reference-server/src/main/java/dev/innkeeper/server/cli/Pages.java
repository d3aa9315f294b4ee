package dev.innkeeper.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.innkeeper.server.client.ApiClient;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Walks through a list of the API, page by page. */
final class Pages {
  private static final int PAGES_MAX = 1_000;

  private Pages() {}

  /**
   * @param path with a query already
   */
  static void each(ApiClient client, String path, Consumer<JsonNode> action) {
    String next = "";
    for (int page = 0; page < PAGES_MAX; page++) {
      JsonNode list =
          client.get(
              next.isEmpty()
                  ? path
                  : path + "&after=" + URLEncoder.encode(next, StandardCharsets.UTF_8));
      list.path("items").forEach(action);
      next = list.path("next").asText("");
      if (next.isEmpty() || list.path("next").isNull()) {
        return;
      }
    }
  }
}

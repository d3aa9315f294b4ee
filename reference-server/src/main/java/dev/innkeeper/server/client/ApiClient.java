package dev.innkeeper.server.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.json.BillingJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A client of the REST API, for one server and one token. Immutable, thread-safe. */
public final class ApiClient {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  // A year on a trial's clock takes a while.
  private static final Duration ANSWER_TIMEOUT = Duration.ofMinutes(10);

  private final HttpClient http;
  private final ObjectMapper json = BillingJson.mapper();
  private final String url;
  private final @Nullable String token;

  private ApiClient(HttpClient http, String url, @Nullable String token) {
    this.http = http;
    this.url = url;
    this.token = token;
  }

  /** A client without a token, for what anybody may ask. */
  public static ApiClient of(String url) {
    HttpClient http = HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build();
    return new ApiClient(http, url, null);
  }

  /** The same with a token. */
  public ApiClient withToken(String newToken) {
    return new ApiClient(http, url, newToken);
  }

  public String url() {
    return url;
  }

  /** Whether a server answers, or at least takes connections: one that is slow is up. */
  public boolean isUp() {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(url + "/v1/health"))
              .timeout(Duration.ofSeconds(30))
              .build();
      return http.send(request, BodyHandlers.ofString()).statusCode() == 200;
    } catch (HttpConnectTimeoutException e) {
      return false;
    } catch (HttpTimeoutException e) {
      return true;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  public JsonNode get(String path) {
    return send(request(path).GET().build());
  }

  /** A file, such as an invoice's PDF. */
  public byte[] getFile(String path) {
    HttpRequest request = request(path).GET().build();
    HttpResponse<byte[]> response = exchange(request, BodyHandlers.ofByteArray());
    if (response.statusCode() >= 400) {
      throw refused(
          response.statusCode(), parse(new String(response.body(), StandardCharsets.UTF_8)));
    }
    return response.body();
  }

  public JsonNode delete(String path) {
    return send(request(path).DELETE().build());
  }

  /** Posts a JSON object, under a fresh idempotency key. */
  public JsonNode post(String path, Map<String, ?> body) {
    return post(path, body, UUID.randomUUID().toString());
  }

  /** Posts a JSON object under the idempotency key. */
  public JsonNode post(String path, Map<String, ?> body, String key) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", key)
            .POST(BodyPublishers.ofString(BillingJson.write(json, body)))
            .build());
  }

  /** Puts a JSON object in the place of what is there. */
  public JsonNode put(String path, Map<String, ?> body) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(BillingJson.write(json, body)))
            .build());
  }

  /** Posts a YAML text, such as a catalog. */
  public JsonNode postYaml(String path, String yaml) {
    return send(
        request(path)
            .header("Content-Type", "application/yaml")
            .header("Idempotency-Key", UUID.randomUUID().toString())
            .POST(BodyPublishers.ofString(yaml))
            .build());
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create(url + path)).timeout(ANSWER_TIMEOUT);
    if (token != null) {
      builder.header("Authorization", "Bearer " + token);
    }
    return builder;
  }

  private JsonNode send(HttpRequest request) {
    HttpResponse<String> response = exchange(request, BodyHandlers.ofString());
    JsonNode body = parse(response.body());
    if (response.statusCode() >= 400) {
      throw refused(response.statusCode(), body);
    }
    return body;
  }

  private <T> HttpResponse<T> exchange(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
    try {
      return http.send(request, handler);
    } catch (IOException e) {
      throw new ApiProblem(
          0,
          "no-answer",
          "no answer from " + url + " (" + e + "): does the server run?",
          List.of());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ApiProblem(0, "interrupted", "interrupted while waiting for " + url, List.of());
    }
  }

  private static ApiProblem refused(int status, JsonNode body) {
    List<String> fixes = new ArrayList<>();
    body.path("errors")
        .forEach(e -> fixes.add(e.path("field").asText() + ": " + e.path("fix").asText()));
    return new ApiProblem(
        status,
        body.path("code").asText("error"),
        body.path("detail").asText("status " + status),
        fixes);
  }

  private JsonNode parse(String text) {
    try {
      return text.isBlank() ? json.createObjectNode() : json.readTree(text);
    } catch (JsonProcessingException e) {
      return json.createObjectNode().put("detail", "the answer is not JSON");
    }
  }
}

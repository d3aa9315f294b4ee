package dev.innkeeper.billing.webhook;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Sends one message over HTTP. Every failure is an {@link Answer}. Thread-safe. */
final class Sender {
  private static final String USER_AGENT = "Innkeeper-Webhooks/1";

  private final AddressGuard guard;
  private final Duration timeout;
  private final Clock wireClock;
  private @Nullable HttpClient client;

  /** A message, ready to be signed. */
  record Message(String id, String body) {}

  Sender(WebhookSettings settings) {
    this.guard = new AddressGuard(settings.targets());
    this.timeout = settings.timeout();
    this.wireClock = settings.wireClock();
  }

  /** Made at the first use: an engine without webhooks needs no threads for them. */
  private synchronized HttpClient client() {
    HttpClient existing = client;
    if (existing == null) {
      existing =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .followRedirects(HttpClient.Redirect.NEVER)
              .connectTimeout(timeout)
              .build();
      client = existing;
    }
    return existing;
  }

  Answer send(String url, List<String> secrets, Message message) {
    long startNanos = System.nanoTime();
    String refusal = guard.refusal(URI.create(url).getHost());
    if (refusal != null) {
      return failed(startNanos, refusal);
    }
    byte[] body = message.body().getBytes(StandardCharsets.UTF_8);
    long epochSecond = wireClock.instant().getEpochSecond();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url))
            .timeout(timeout)
            .header("Content-Type", "application/json")
            .header("User-Agent", USER_AGENT)
            .header("webhook-id", message.id())
            .header("webhook-timestamp", Long.toString(epochSecond))
            .header("webhook-signature", Signature.header(secrets, message.id(), epochSecond, body))
            .POST(BodyPublishers.ofByteArray(body))
            .build();
    CompletableFuture<HttpResponse<String>> exchange =
        client().sendAsync(request, head -> new FirstKilobyte());
    try {
      // The request's own timeout ends with the headers; a body that drips is cut off here.
      return answer(startNanos, exchange.get(timeout.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      exchange.cancel(true);
      return failed(startNanos, "no answer in " + timeout.toMillis() + " ms");
    } catch (ExecutionException e) {
      return failed(startNanos, describe(e.getCause()));
    } catch (InterruptedException e) {
      exchange.cancel(true);
      Thread.currentThread().interrupt();
      return failed(startNanos, "cut off: the engine is being stopped");
    }
  }

  private Answer answer(long startNanos, HttpResponse<String> response) {
    int status = response.statusCode();
    String error = "";
    if (status >= 300 && status < 400) {
      error = "answered " + status + "; redirects are not followed";
    } else if (status < 200 || status >= 400) {
      error = "answered " + status;
    }
    return new Answer(
        status, millisSince(startNanos), response.body(), error, retryAfter(response.headers()));
  }

  /** In seconds; the form with a date is not worth its trouble here. */
  private static Duration retryAfter(HttpHeaders headers) {
    return headers
        .firstValue("Retry-After")
        .filter(value -> value.matches("[0-9]{1,6}"))
        .map(value -> Duration.ofSeconds(Long.parseLong(value)))
        .orElse(Duration.ZERO);
  }

  private static Answer failed(long startNanos, String error) {
    return new Answer(null, millisSince(startNanos), "", error, Duration.ZERO);
  }

  private static String describe(@Nullable Throwable failure) {
    if (failure instanceof java.net.http.HttpTimeoutException) {
      return "no answer in time";
    }
    String message = failure == null ? null : failure.getMessage();
    if (failure instanceof java.net.ConnectException) {
      return "can't connect" + (message == null ? "" : ": " + message);
    }
    String kind = failure instanceof IOException ? "" : failure + ": ";
    return message == null ? "the connection broke" : kind + message;
  }

  private static int millisSince(long startNanos) {
    return Math.toIntExact(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos));
  }
}

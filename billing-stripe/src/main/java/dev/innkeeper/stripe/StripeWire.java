package dev.innkeeper.stripe;

import com.stripe.exception.ApiConnectionException;
import com.stripe.net.HttpHeaders;
import com.stripe.net.StripeRequest;
import com.stripe.net.StripeResponse;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Carries requests to Stripe. Unlike the SDK's own carrier it bounds the whole of a request rather
 * than each read of it, and never sends a POST again by itself. Thread-safe.
 */
final class StripeWire extends com.stripe.net.HttpClient {
  private final HttpClient http;

  StripeWire(int connectTimeoutMillis) {
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofMillis(connectTimeoutMillis))
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  @Override
  public StripeResponse request(StripeRequest request) throws ApiConnectionException {
    CompletableFuture<HttpResponse<String>> answer =
        http.sendAsync(message(request), HttpResponse.BodyHandlers.ofString());
    try {
      HttpResponse<String> response =
          answer.get(request.options().getReadTimeout(), TimeUnit.MILLISECONDS);
      return new StripeResponse(
          response.statusCode(), HttpHeaders.of(response.headers().map()), response.body());
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new ApiConnectionException("no answer in time", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new ApiConnectionException(cause.getClass().getSimpleName(), cause);
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw new ApiConnectionException("interrupted", e);
    }
  }

  private static HttpRequest message(StripeRequest request) throws ApiConnectionException {
    try {
      HttpRequest.Builder message = HttpRequest.newBuilder(request.url().toURI());
      request
          .headers()
          .map()
          .forEach((name, values) -> values.forEach(value -> message.setHeader(name, value)));
      message.setHeader("User-Agent", "Innkeeper");
      if (request.content() == null) {
        message.method(request.method().name(), HttpRequest.BodyPublishers.noBody());
      } else {
        message.setHeader("Content-Type", request.content().contentType());
        message.method(
            request.method().name(),
            HttpRequest.BodyPublishers.ofByteArray(request.content().byteArrayContent()));
      }
      return message.build();
    } catch (URISyntaxException e) {
      throw new ApiConnectionException("no address: " + request.url(), new IOException(e));
    }
  }
}

package dev.innkeeper.stripe;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Posts the double's events, again and again until they are taken. */
final class DoublePost implements AutoCloseable {
  private static final int TRIES_MAX = 50;
  private static final long RETRY_MILLIS = 200;

  private final HttpClient http = HttpClient.newHttpClient();
  private final List<URI> receivers = new CopyOnWriteArrayList<>();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread made = new Thread(work, "double-post");
            made.setDaemon(true);
            return made;
          });

  void receiver(URI url) {
    receivers.remove(url);
    receivers.add(url);
  }

  boolean hasReceivers() {
    return !receivers.isEmpty();
  }

  void send(String event) {
    receivers.forEach(url -> thread.execute(() -> send(url, event, 1)));
  }

  private void send(URI url, String event, int tries) {
    HttpRequest request =
        HttpRequest.newBuilder(url)
            .timeout(Duration.ofSeconds(20))
            .header("Content-Type", "application/json")
            .header(
                "Stripe-Signature",
                StripeDouble.sign(event, StripeDouble.WEBHOOK_SECRET, Instant.now()))
            .POST(HttpRequest.BodyPublishers.ofString(event))
            .build();
    try {
      int status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
      if (status / 100 == 2) {
        return;
      }
    } catch (java.io.IOException e) {
      // Not there (yet): tried again, as any other answer is.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    if (tries < TRIES_MAX && !thread.isShutdown()) {
      CompletableFuture.delayedExecutor(RETRY_MILLIS, TimeUnit.MILLISECONDS, thread)
          .execute(() -> send(url, event, tries + 1));
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}

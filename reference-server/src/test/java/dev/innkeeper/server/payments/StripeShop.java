package dev.innkeeper.server.payments;

import com.fasterxml.jackson.databind.JsonNode;
import dev.innkeeper.server.TestServer;
import dev.innkeeper.server.client.ApiClient;
import dev.innkeeper.server.config.ConfigKey;
import dev.innkeeper.server.config.ConfigReader;
import dev.innkeeper.server.demo.PaymentDouble;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A whole server with the plugin for Stripe, and Stripe's double beside it. */
public final class StripeShop implements AutoCloseable {
  /** Works. */
  public static final String GOOD = "4242424242424242";

  /** Is taken when it is entered, and declined when it is charged. */
  public static final String EMPTY = "4000000000000341";

  /** Its bank wants to hear from the customer, each time. */
  public static final String ASKS = "4000002760003184";

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final PaymentDouble stripe;
  private final TestServer server;

  private StripeShop(PaymentDouble stripe, TestServer server) {
    this.stripe = stripe;
    this.server = server;
  }

  /** Starts both; the double sends its webhooks to the server. */
  public static StripeShop open() {
    PaymentDouble stripe = startDouble();
    TestServer server = TestServer.start(settings(stripe));
    stripe.postTo(server.url());
    StripeShop shop = new StripeShop(stripe, server);
    shop.server.sellDemoProducts();
    return shop;
  }

  static PaymentDouble startDouble() {
    try {
      Path file = Files.createTempDirectory("innkeeper-double").resolve("state.json");
      return PaymentDouble.start(System.getProperty("java.class.path"), file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Settings for a server that takes the double for Stripe, from the plugin's module. */
  public static ConfigReader settings(PaymentDouble stripe) {
    return TestServer.settingsWithSites()
        .option(
            ConfigKey.PLUGINS_MODULES,
            Path.of("..", "provisioner-site") + "," + Path.of("..", "billing-stripe"),
            "test")
        .option(ConfigKey.HTTP_PORT, freePort(), "test")
        .payments("stripe", stripe.settings());
  }

  private static int freePort() {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public TestServer server() {
    return server;
  }

  public PaymentDouble stripe() {
    return stripe;
  }

  /** Signs a customer up. */
  public ApiClient customer(String email) {
    return server.signUp("Ada", email, Map.of()).client();
  }

  ApiClient customer() {
    return customer(UUID.randomUUID() + "@example.org");
  }

  /** A customer who has entered a card on the double's page. */
  ApiClient customerWithCard(String number) {
    ApiClient customer = customer();
    addCard(customer, number);
    return customer;
  }

  /** Enters a card on the double's page, and waits until it is there. */
  public void addCard(ApiClient customer, String number) {
    int before = customer.get("/v1/cards").path("items").size();
    JsonNode asked = customer.post("/v1/cards", new HashMap<>());
    submit(asked.path("url").asText(), "number", number);
    await(() -> customer.get("/v1/cards").path("items").size() > before);
  }

  /** Sends a page's form as a browser does; returns the status. */
  static int submit(String url, String field, String value) {
    String form = field + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form))
            .build();
    return send(request).statusCode();
  }

  static HttpResponse<String> send(HttpRequest request) {
    try {
      return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  static void await(BooleanSupplier condition) {
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadlineNanos) {
        throw new AssertionError("it did not come to pass in " + PATIENCE.toSeconds() + " s");
      }
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  @Override
  public void close() {
    server.close();
    stripe.close();
  }
}

package dev.innkeeper.server.demo;

import dev.innkeeper.server.store.StartProblem;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Stripe's test double as a process of its own, which ends with this one, however it ends. For the
 * demo: no money moves, and nobody is asked but this machine.
 */
public final class PaymentDouble implements AutoCloseable {
  /** What the double is known by; test mode, and good for nothing elsewhere. */
  private static final String SECRET_KEY = "sk_test_0123456789abcdef";

  private static final String WEBHOOK_SECRET = "whsec_test";
  private static final String MAIN = "dev.innkeeper.stripe.StripeDoubleMain";
  private static final int STOP_SECONDS = 10;

  private final Process process;
  private final String url;

  private PaymentDouble(Process process, String url) {
    this.process = process;
    this.url = url;
  }

  /**
   * Starts one and returns once it answers.
   *
   * @param classPath with the double and what it needs
   * @param stateFile where it keeps what it knows
   * @throws StartProblem when it does not start
   */
  public static PaymentDouble start(String classPath, Path stateFile) {
    try {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:+UseSerialGC",
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  classPath,
                  MAIN,
                  stateFile.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      String url =
          new BufferedReader(
                  new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
              .readLine();
      if (url == null || !url.startsWith("http://127.0.0.1:")) {
        process.destroyForcibly();
        throw new StartProblem(
            "Stripe's double did not start: run ./innkeeper build, and try again");
      }
      return new PaymentDouble(process, url);
    } catch (IOException e) {
      throw new StartProblem("can't start Stripe's double: " + e.getMessage(), e);
    }
  }

  /** What a server needs to be told to take it for Stripe. */
  public Map<String, String> settings() {
    return Map.of(
        "mode", "test",
        "secretKey", SECRET_KEY,
        "webhookSecret", WEBHOOK_SECRET,
        "apiBase", url);
  }

  /** Has it post its events to a server from now on. */
  public void postTo(String serverUrl) {
    String form =
        "enabled_events[0]=*&api_version=2026-07-29.dahlia&url="
            + encode(serverUrl + "/v1/webhooks/stripe");
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + "/v1/webhook_endpoints"))
            .header("Authorization", "Bearer " + SECRET_KEY)
            .header("Idempotency-Key", "endpoint " + serverUrl)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form))
            .build();
    if (answer(request) != 200) {
      throw new StartProblem("Stripe's double takes no webhook endpoint");
    }
  }

  /** What a customer does on its page: enters a card's number and goes on. */
  static void enterCard(String pageUrl, String number) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(pageUrl))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString("number=" + encode(number)))
            .build();
    if (answer(request) != 303) {
      throw new StoryBroken("the provider's page did not take the card " + number);
    }
  }

  private static int answer(HttpRequest request) {
    try {
      return HttpClient.newHttpClient()
          .send(request, HttpResponse.BodyHandlers.discarding())
          .statusCode();
    } catch (IOException e) {
      throw new StoryBroken("Stripe's double does not answer: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoryBroken("interrupted");
    }
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    try {
      // The end of its input is what it waits for.
      process.getOutputStream().close();
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}

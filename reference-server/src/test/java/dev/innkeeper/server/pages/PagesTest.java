package dev.innkeeper.server.pages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.server.TestServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What guards the pages, without a browser. */
class PagesTest {
  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(server.url() + path)).build(),
            BodyHandlers.ofString());
  }

  private static HttpResponse<String> post(String path, String form)
      throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(server.url() + path))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form))
                .build(),
            BodyHandlers.ofString());
  }

  @Test
  void everyPageForbidsScriptsAndFrames() throws Exception {
    for (String path : List.of("/", "/sign-in", "/sign-up", "/products", "/no-such-page")) {
      HttpResponse<String> page = get(path);
      assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
          .as(path)
          .contains("default-src 'none'", "frame-ancestors 'none'");
      assertThat(page.headers().firstValue("X-Content-Type-Options")).as(path).hasValue("nosniff");
      assertThat(page.body()).as(path).doesNotContain("<script", "style=\"", "onclick");
    }
  }

  @Test
  void cookiesAreOutOfReachOfScriptsAndOtherSites() throws Exception {
    assertThat(get("/sign-in").headers().allValues("Set-Cookie"))
        .isNotEmpty()
        .allSatisfy(cookie -> assertThat(cookie).contains("HttpOnly", "SameSite=Lax"));
  }

  @Test
  void aFormFromElsewhereIsRefused() throws Exception {
    HttpResponse<String> signUp =
        post("/sign-up", "name=Eve&email=eve%40example.org&password=0123456789&currency=EUR");
    assertThat(signUp.statusCode()).isEqualTo(422);
    assertThat(signUp.body()).contains("This form is too old or from another page");
    assertThat(server.admin().get("/v1/admin/customers").path("items")).isEmpty();
    assertThat(post("/sign-in", "email=a%40b.org&password=x&csrf=made-up").statusCode())
        .isEqualTo(422);
  }

  @Test
  void whoIsNotSignedInIsSentToSignIn() throws Exception {
    for (String path : List.of("/services", "/wallet", "/invoices", "/admin/customers")) {
      HttpResponse<String> answer = get(path);
      assertThat(answer.statusCode()).as(path).isEqualTo(303);
      assertThat(answer.headers().firstValue("Location")).as(path).hasValue("/sign-in");
    }
  }

  @Test
  void whatIsNotThereIsAPageToo() throws Exception {
    HttpResponse<String> page = get("/no-such-page");
    assertThat(page.statusCode()).isEqualTo(404);
    assertThat(page.body()).contains("There is nothing here", "Back to the start");
  }

  @Test
  void anOversizedFormIsRefused() throws Exception {
    HttpResponse<String> answer = post("/sign-in", "email=" + "a".repeat(300_000));
    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(answer.body()).contains("Too much at once");
  }
}

package dev.innkeeper.server.browser;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A real Chromium without a window, driven through its DevTools protocol. One page; for one thread.
 */
public final class Chromium implements AutoCloseable {
  private static final List<Path> PLACES =
      List.of(
          Path.of("/usr/bin/chromium"),
          Path.of("/usr/bin/chromium-browser"),
          Path.of("/usr/bin/google-chrome"),
          Path.of("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"));
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final Path profile;
  private final WebSocket socket;
  private final Answers answers;
  private final AtomicLong ids = new AtomicLong();

  private Chromium(Process process, Path profile, WebSocket socket, Answers answers) {
    this.process = process;
    this.profile = profile;
    this.socket = socket;
    this.answers = answers;
  }

  /** Where it is installed: {@code INNKEEPER_CHROMIUM}, else the usual places. */
  public static Optional<Path> installed() {
    String named = System.getenv("INNKEEPER_CHROMIUM");
    List<Path> places = new ArrayList<>();
    if (named != null) {
      places.add(Path.of(named));
    }
    places.addAll(PLACES);
    return places.stream().filter(Files::isExecutable).findFirst();
  }

  /** Starts one with an empty profile. */
  public static Chromium start(Path binary) {
    try {
      Path profile = Files.createTempDirectory("innkeeper-chromium");
      Process process =
          new ProcessBuilder(
                  binary.toString(),
                  "--headless=new",
                  "--no-sandbox",
                  "--disable-gpu",
                  "--disable-dev-shm-usage",
                  "--disable-background-networking",
                  "--disable-component-update",
                  "--no-first-run",
                  "--no-default-browser-check",
                  "--hide-scrollbars",
                  "--remote-debugging-port=0",
                  "--user-data-dir=" + profile,
                  "about:blank")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return connect(process, profile);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Chromium connect(Process process, Path profile) throws IOException {
    int port = port(process, profile);
    HttpClient http = HttpClient.newHttpClient();
    Answers answers = new Answers();
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/new?about:blank"))
              .PUT(HttpRequest.BodyPublishers.noBody())
              .build();
      String target = http.send(request, BodyHandlers.ofString()).body();
      String address = JSON.readTree(target).path("webSocketDebuggerUrl").asText();
      WebSocket socket =
          http.newWebSocketBuilder()
              .buildAsync(URI.create(address), answers)
              .get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
      Chromium chromium = new Chromium(process, profile, socket, answers);
      chromium.send("Page.enable", Map.of());
      return chromium;
    } catch (Exception e) {
      process.destroyForcibly();
      throw new IOException("Chromium does not answer", e);
    }
  }

  private static int port(Process process, Path profile) throws IOException {
    Path file = profile.resolve("DevToolsActivePort");
    long deadlineNanos = System.nanoTime() + TIMEOUT.toNanos();
    while (System.nanoTime() < deadlineNanos && process.isAlive()) {
      if (Files.exists(file)) {
        List<String> lines = Files.readAllLines(file);
        if (lines.size() >= 2) {
          return Integer.parseInt(lines.get(0));
        }
      }
      java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
    }
    throw new IOException("Chromium did not start");
  }

  /** How large the page is, in CSS pixels, and in which scheme of colours. */
  public void look(int width, int height, String scheme) {
    send(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
    send(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  /** Goes to an address and waits until it is loaded. */
  public void open(String url) {
    answers.loads.clear();
    send("Page.navigate", Map.of("url", url));
    awaitLoad();
  }

  /** What a script's expression comes to. */
  public JsonNode eval(String expression) {
    JsonNode result =
        send("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true));
    if (result.has("exceptionDetails")) {
      throw new IllegalStateException(expression + ": " + result.path("exceptionDetails"));
    }
    return result.path("result").path("value");
  }

  /** Types into a field, replacing what it held. */
  public void fill(String selector, String text) {
    eval("document.querySelector(" + quote(selector) + ").focus()");
    eval("document.querySelector(" + quote(selector) + ").value = ''");
    send("Input.insertText", Map.of("text", text));
  }

  /** Clicks what leads to another page, and waits until that is loaded. */
  public void click(String selector) {
    answers.loads.clear();
    eval("document.querySelector(" + quote(selector) + ").click()");
    awaitLoad();
  }

  /** Signs somebody in at a server, whoever was signed in before, on a screen of a desk. */
  public void signIn(String url, String email, String password) {
    look(1280, 900, "light");
    open(url + "/sign-in");
    if (eval("document.querySelector('#email') === null").asBoolean()) {
      click(".who form button");
      open(url + "/sign-in");
    }
    fill("#email", email);
    fill("#password", password);
    click("main form button");
  }

  /** Waits until a page is loaded whose address begins so, however many lie on the way to it. */
  public void awaitPage(String address) {
    long deadlineNanos = System.nanoTime() + TIMEOUT.toNanos();
    String where = "";
    while (System.nanoTime() < deadlineNanos) {
      try {
        where = eval("document.readyState + ' ' + location.href").asText();
        if (where.startsWith("complete " + address)) {
          return;
        }
      } catch (IllegalStateException e) {
        // Asked between two pages.
      }
      java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
    }
    throw new IllegalStateException("waited for " + address + ", but it is " + where);
  }

  /** The text that a person sees. */
  public String text() {
    return eval("document.body.innerText").asText();
  }

  /** The whole page as a PNG picture. */
  public byte[] screenshot() {
    JsonNode size = send("Page.getLayoutMetrics", Map.of()).path("cssContentSize");
    JsonNode picture =
        send(
            "Page.captureScreenshot",
            Map.of(
                "format",
                "png",
                "captureBeyondViewport",
                true,
                "clip",
                Map.of(
                    "x", 0,
                    "y", 0,
                    "width", size.path("width").asDouble(),
                    "height", size.path("height").asDouble(),
                    "scale", 1)));
    return Base64.getDecoder().decode(picture.path("data").asText());
  }

  private static String quote(String text) {
    return JSON.getNodeFactory().textNode(text).toString();
  }

  private void awaitLoad() {
    try {
      if (answers.loads.poll(TIMEOUT.toSeconds(), TimeUnit.SECONDS) == null) {
        throw new IllegalStateException("the page did not load in " + TIMEOUT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private JsonNode send(String method, Map<String, ?> parameters) {
    long id = ids.incrementAndGet();
    ObjectNode message = JSON.createObjectNode();
    message.put("id", id).put("method", method).set("params", JSON.valueToTree(parameters));
    CompletableFuture<JsonNode> answer = answers.expect(id);
    socket.sendText(message.toString(), true).join();
    JsonNode whole = answer.orTimeout(TIMEOUT.toSeconds(), TimeUnit.SECONDS).join();
    if (whole.has("error")) {
      throw new IllegalStateException(method + ": " + whole.path("error"));
    }
    return whole.path("result");
  }

  @Override
  public void close() {
    socket.abort();
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
      deleteAll(profile);
    } catch (IOException e) {
      // A temporary folder that stays behind harms nobody.
      System.err.println("can't delete " + profile + ": " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void deleteAll(Path folder) throws IOException {
    try (var paths = Files.walk(folder)) {
      for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }

  /** Puts messages together and hands each to whom it belongs. */
  private static final class Answers implements WebSocket.Listener {
    private final Map<Long, CompletableFuture<JsonNode>> open = new ConcurrentHashMap<>();
    private final BlockingQueue<String> loads = new LinkedBlockingQueue<>();
    private final StringBuilder text = new StringBuilder();

    CompletableFuture<JsonNode> expect(long id) {
      CompletableFuture<JsonNode> future = new CompletableFuture<>();
      open.put(id, future);
      return future;
    }

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        take(text.toString());
        text.setLength(0);
      }
      webSocket.request(1);
      return CompletableFuture.completedFuture(null);
    }

    private void take(String message) {
      try {
        JsonNode node = JSON.readTree(message);
        if (node.path("method").asText().equals("Page.loadEventFired")) {
          loads.add(message);
        }
        CompletableFuture<JsonNode> waiting = open.remove(node.path("id").asLong(-1));
        if (waiting != null) {
          waiting.complete(node);
        }
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}

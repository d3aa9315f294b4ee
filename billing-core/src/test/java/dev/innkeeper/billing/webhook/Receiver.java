package dev.innkeeper.billing.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What stands at the other end: checks signatures by code of its own, and answers as told. */
final class Receiver implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Received> received = Collections.synchronizedList(new ArrayList<>());
  private volatile Script script = got -> Reply.status(200);

  /** A request; the customer is empty for a test message. */
  record Received(String id, long timestamp, String signatures, String body, JsonNode json) {
    String type() {
      return json.path("type").asText();
    }

    String customer() {
      return json.path("data").path("customerId").asText();
    }

    long sequence() {
      return json.path("sequence").asLong();
    }

    /** How many of the signatures are by this secret. */
    long signedWith(String secret) {
      byte[] key = Base64.getDecoder().decode(secret.substring("whsec_".length()));
      try {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        String expected =
            "v1,"
                + Base64.getEncoder()
                    .encodeToString(
                        mac.doFinal(
                            (id + "." + timestamp + "." + body).getBytes(StandardCharsets.UTF_8)));
        return List.of(signatures.split(" ", -1)).stream().filter(expected::equals).count();
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** What to answer; drop means to break the connection off. */
  record Reply(int status, Map<String, String> headers, int bodyBytes, boolean drop) {
    static Reply status(int status) {
      return new Reply(status, Map.of(), 2, false);
    }

    static Reply dropped() {
      return new Reply(0, Map.of(), 0, true);
    }

    Reply withBody(int bytes) {
      return new Reply(status, headers, bytes, drop);
    }

    Reply withHeader(String name, String value) {
      return new Reply(status, Map.of(name, value), bodyBytes, drop);
    }
  }

  interface Script {
    Reply answer(Received got) throws InterruptedException;
  }

  Receiver() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
  }

  void script(Script newScript) {
    this.script = newScript;
  }

  List<Received> received() {
    return List.copyOf(received);
  }

  private void handle(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    Received got =
        new Received(
            exchange.getRequestHeaders().getFirst("webhook-id"),
            Long.parseLong(exchange.getRequestHeaders().getFirst("webhook-timestamp")),
            exchange.getRequestHeaders().getFirst("webhook-signature"),
            body,
            JSON.readTree(body));
    Reply reply;
    try {
      reply = script.answer(got);
    } catch (InterruptedException e) {
      exchange.close();
      return;
    }
    // Noted before the answer: once the sender knows, the test may look.
    received.add(got);
    if (reply.drop()) {
      exchange.close();
      return;
    }
    reply.headers().forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
    exchange.sendResponseHeaders(reply.status(), reply.bodyBytes() == 0 ? -1 : reply.bodyBytes());
    try (OutputStream out = exchange.getResponseBody()) {
      byte[] chunk = "x".repeat(8192).getBytes(StandardCharsets.UTF_8);
      for (int left = reply.bodyBytes(); left > 0; left -= chunk.length) {
        out.write(chunk, 0, Math.min(left, chunk.length));
      }
    } finally {
      exchange.close();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}

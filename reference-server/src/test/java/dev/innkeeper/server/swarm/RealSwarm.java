package dev.innkeeper.server.swarm;

import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import dev.innkeeper.billing.json.BillingJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * The engine that {@code .ci/swarm} started, spoken to without a library between. Where there is
 * none the tests say so.
 */
public record RealSwarm(String host) {
  public static final String IMAGE = "innkeeper-test/busybox:1";

  public static RealSwarm reach() {
    Optional<String> host =
        Stream.of("INNKEEPER_TEST_DOCKER", "DOCKER_HOST")
            .map(System::getenv)
            .filter(value -> value != null && !value.isBlank())
            .findFirst();
    if (host.isEmpty()) {
      return without("INNKEEPER_TEST_DOCKER names no engine");
    }
    RealSwarm swarm = new RealSwarm(host.get());
    try {
      if (!swarm.get("/info").at("/Swarm/LocalNodeState").asText().equals("active")) {
        return without(host.get() + " is not in swarm mode");
      }
      swarm.get("/images/" + IMAGE + "/json");
      return swarm;
    } catch (IOException e) {
      return without(host.get() + ": " + e.getMessage());
    }
  }

  private static RealSwarm without(String why) {
    String said = "NOT RUN on a real Docker Swarm: " + why + " (.ci/swarm makes one)";
    System.out.println(said);
    return abort(said);
  }

  public JsonNode get(String path) throws IOException {
    return request("GET", path, "");
  }

  public JsonNode create(String serviceJson) throws IOException {
    return request("POST", "/services/create", serviceJson);
  }

  /** What has a label. */
  public JsonNode labelled(String what, String label) throws IOException {
    String filter = "{\"label\":[\"" + label + "\"]}";
    return get("/" + what + "?filters=" + URLEncoder.encode(filter, StandardCharsets.UTF_8));
  }

  public void removeServices(String label) throws IOException {
    for (JsonNode service : labelled("services", label)) {
      request("DELETE", "/services/" + service.path("ID").asText(), "");
    }
  }

  /** How many tasks run of all services with a label. */
  public int running(String label) throws IOException {
    String filter = URLEncoder.encode("{\"label\":[\"" + label + "\"]}", StandardCharsets.UTF_8);
    int running = 0;
    for (JsonNode service : get("/services?status=true&filters=" + filter)) {
      running += service.at("/ServiceStatus/RunningTasks").asInt();
    }
    return running;
  }

  /** HTTP/1.0, so that the answer ends with the connection. */
  private JsonNode request(String method, String path, String body) throws IOException {
    byte[] content = body.getBytes(StandardCharsets.UTF_8);
    String head =
        method
            + " /v1.41"
            + path
            + " HTTP/1.0\r\nHost: docker\r\nContent-Type: application/json\r\nContent-Length: "
            + content.length
            + "\r\n\r\n";
    String answer;
    try (SocketChannel channel = connect()) {
      write(channel, head.getBytes(StandardCharsets.US_ASCII));
      write(channel, content);
      answer = readAll(channel);
    }
    int status = Integer.parseInt(answer.substring(9, 12));
    String json = answer.substring(answer.indexOf("\r\n\r\n") + 4);
    if (status >= 300) {
      throw new IOException(method + " " + path + " answered " + status + ": " + json);
    }
    return BillingJson.mapper().readTree(json.isBlank() ? "{}" : json);
  }

  /** An engine that died is started again within seconds; its clients wait for it. */
  private SocketChannel connect() throws IOException {
    long deadlineNanos = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (true) {
      try {
        return SocketChannel.open(address());
      } catch (IOException e) {
        if (System.nanoTime() > deadlineNanos) {
          throw e;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
      }
    }
  }

  private SocketAddress address() {
    URI uri = URI.create(host);
    return uri.getScheme().equals("unix")
        ? UnixDomainSocketAddress.of(uri.getPath())
        : new InetSocketAddress(uri.getHost(), uri.getPort());
  }

  private static void write(SocketChannel channel, byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  private static String readAll(SocketChannel channel) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(64 << 10);
    while (channel.read(buffer) >= 0) {
      all.write(buffer.array(), 0, buffer.position());
      buffer.clear();
    }
    return all.toString(StandardCharsets.UTF_8);
  }
}

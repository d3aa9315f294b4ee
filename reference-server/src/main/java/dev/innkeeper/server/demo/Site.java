package dev.innkeeper.server.demo;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * Fetches a site as a browser would. Its host name is sent, but the connection goes to the loopback
 * interface: not every machine resolves names under localhost.
 */
final class Site {
  private static final int TIMEOUT_MILLIS = 10_000;
  private static final int BYTES_MAX = 1 << 20;

  private Site() {}

  /** The HTTP status of a page, or 0 when nobody answers. */
  static int status(String url) {
    URI address = URI.create(url);
    int port = address.getPort() < 0 ? 80 : address.getPort();
    String path = address.getRawPath().isEmpty() ? "/" : address.getRawPath();
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      String request =
          "GET "
              + path
              + " HTTP/1.1\r\nHost: "
              + address.getAuthority()
              + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      String answer = read(socket.getInputStream());
      return answer.startsWith("HTTP/1.") && answer.length() > 12
          ? Integer.parseInt(answer.substring(9, 12))
          : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  private static String read(InputStream in) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    byte[] buffer = new byte[8192];
    int count;
    while (answer.size() < BYTES_MAX && (count = in.read(buffer)) >= 0) {
      answer.write(buffer, 0, count);
    }
    return answer.toString(StandardCharsets.UTF_8);
  }
}

package dev.innkeeper.server.mail;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** Stands before a plain SMTP server and speaks TLS for it: from the start, or after STARTTLS. */
final class TlsFront implements AutoCloseable {
  private static final String PASSWORD = "changeit";

  private final ServerSocket listener;
  private final int plainPort;
  private final SSLContext tls;
  private final boolean fromStart;
  private final List<String> heard = new CopyOnWriteArrayList<>();

  private TlsFront(ServerSocket listener, int plainPort, SSLContext tls, boolean fromStart) {
    this.listener = listener;
    this.plainPort = plainPort;
    this.tls = tls;
    this.fromStart = fromStart;
  }

  /** A fresh key with a certificate signed by itself, for a name such as {@code dns:localhost}. */
  static KeyStore newKeys(Path folder, String name) throws Exception {
    Path file = folder.resolve("keys-" + name.replaceAll("[^a-z]", "") + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                "smtp",
                "-dname",
                "CN=smtp",
                "-ext",
                "san=" + name,
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (keytool.waitFor() != 0) {
      throw new IllegalStateException("keytool made no key");
    }
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return keys;
  }

  /** The certificate of such a key, as a file of PEM. */
  static Path certificate(Path folder, KeyStore keys) throws Exception {
    String body =
        Base64.getMimeEncoder(64, new byte[] {'\n'})
            .encodeToString(keys.getCertificate("smtp").getEncoded());
    return Files.writeString(
        folder.resolve("smtp.pem"),
        "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n");
  }

  static TlsFront start(int plainPort, KeyStore keys, boolean fromStart) throws Exception {
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD.toCharArray());
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(managers.getKeyManagers(), null, null);
    ServerSocket listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    TlsFront front = new TlsFront(listener, plainPort, tls, fromStart);
    begin(front::accept);
    return front;
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Every line that was sent without protection. */
  List<String> heard() {
    return List.copyOf(heard);
  }

  /** Work that ends with its connection. */
  private interface Work {
    void run() throws IOException, GeneralSecurityException;
  }

  private static void begin(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException | GeneralSecurityException e) {
                // The other side has gone: so does this one.
              }
            },
            "tls-front");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() throws IOException {
    while (true) {
      Socket client = listener.accept();
      begin(() -> serve(client));
    }
  }

  private void serve(Socket client) throws IOException {
    try (Socket server = new Socket(InetAddress.getLoopbackAddress(), plainPort)) {
      if (fromStart) {
        relay(secure(client), server);
        return;
      }
      say(client, line(server.getInputStream()));
      while (true) {
        String line = line(client.getInputStream());
        heard.add(line);
        String verb = line.split(" ", 2)[0].toUpperCase(Locale.ROOT);
        if (verb.equals("EHLO")) {
          say(client, "250-front\r\n250 STARTTLS");
        } else if (verb.equals("STARTTLS")) {
          say(client, "220 go ahead");
          relay(secure(client), server);
          return;
        } else {
          say(client, "530 STARTTLS comes first");
        }
      }
    } finally {
      client.close();
    }
  }

  private Socket secure(Socket client) throws IOException {
    SSLSocket secure =
        (SSLSocket) tls.getSocketFactory().createSocket(client, "127.0.0.1", port(), true);
    secure.setUseClientMode(false);
    secure.startHandshake();
    return secure;
  }

  private static void relay(Socket client, Socket server) throws IOException {
    begin(
        () -> {
          server.getInputStream().transferTo(client.getOutputStream());
          client.close();
        });
    client.getInputStream().transferTo(server.getOutputStream());
  }

  private static void say(Socket client, String line) throws IOException {
    OutputStream out = client.getOutputStream();
    out.write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  /** Read byte by byte: what follows belongs to TLS. */
  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int next = in.read();
    while (next != '\n') {
      if (next < 0) {
        throw new IOException("the connection has ended");
      }
      if (next != '\r') {
        line.write(next);
      }
      next = in.read();
    }
    return line.toString(StandardCharsets.US_ASCII);
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}

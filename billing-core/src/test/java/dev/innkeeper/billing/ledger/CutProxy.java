package dev.innkeeper.billing.ledger;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Stands between the driver and the server and cuts the connection at a COMMIT. The driver must
 * send its statements as text (prepareThreshold=0), or the proxy would not see them.
 */
final class CutProxy implements AutoCloseable {
  /** Where the next connection that commits is cut. */
  enum Cut {
    /** The server never hears of it. */
    BEFORE,
    /** The server gets half of the message. */
    MIDDLE,
    /** The server commits, and its answer is lost. */
    AFTER
  }

  private final ServerSocket listener;
  private final int serverPort;
  private final AtomicReference<Cut> armed = new AtomicReference<>();
  private final AtomicInteger cuts = new AtomicInteger();

  CutProxy(int serverPort) throws IOException {
    this.serverPort = serverPort;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  void arm(Cut cut) {
    armed.set(cut);
  }

  /** How many connections were cut. */
  int cuts() {
    return cuts.get();
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "cut-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        Link link = new Link(client, server);
        start(link::toServer);
        start(link::toClient);
      } catch (IOException e) {
        return;
      }
    }
  }

  private final class Link {
    private final Socket client;
    private final Socket server;
    private volatile boolean swallowAnswer;

    Link(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    void toServer() {
      byte[] buffer = new byte[1 << 16];
      try {
        InputStream in = client.getInputStream();
        OutputStream out = server.getOutputStream();
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          int commit = commitAt(buffer, n);
          Cut cut = commit < 0 ? null : armed.getAndSet(null);
          if (cut == Cut.BEFORE) {
            cut();
          } else if (cut == Cut.MIDDLE) {
            out.write(buffer, 0, commit + 3);
            out.flush();
            cut();
          } else {
            swallowAnswer = cut == Cut.AFTER;
            out.write(buffer, 0, n);
            out.flush();
          }
        }
      } catch (IOException e) {
        close();
      }
    }

    void toClient() {
      byte[] buffer = new byte[1 << 16];
      try {
        InputStream in = server.getInputStream();
        OutputStream out = client.getOutputStream();
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          if (swallowAnswer) {
            // The answer ends with ReadyForQuery, whatever it says before.
            if (n >= 6 && buffer[n - 6] == 'Z') {
              cut();
            }
          } else {
            out.write(buffer, 0, n);
            out.flush();
          }
        }
        close();
      } catch (IOException e) {
        close();
      }
    }

    private void cut() {
      cuts.incrementAndGet();
      close();
    }

    private void close() {
      try (client;
          server) {
        swallowAnswer = false;
      } catch (IOException e) {
        throw new IllegalStateException("a socket can't be closed", e);
      }
    }
  }

  private static int commitAt(byte[] buffer, int length) {
    return new String(buffer, 0, length, StandardCharsets.ISO_8859_1)
        .toLowerCase(Locale.ROOT)
        .indexOf("commit\0");
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}

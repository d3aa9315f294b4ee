package dev.innkeeper.provisioner.contract;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands before a provider's API, passes everything on, and can be cut: a provider that is away.
 * Thread-safe.
 */
public final class CutOff implements AutoCloseable {
  private final SocketAddress target;
  private final ServerSocket door;
  private final Set<AutoCloseable> open = ConcurrentHashMap.newKeySet();
  private volatile boolean cut;

  private CutOff(SocketAddress target, ServerSocket door) {
    this.target = target;
    this.door = door;
  }

  /**
   * @param address {@code unix:///path} or {@code tcp://host:port}
   */
  public static CutOff before(String address) throws IOException {
    URI uri = URI.create(address);
    SocketAddress target =
        uri.getScheme().equals("unix")
            ? UnixDomainSocketAddress.of(uri.getPath())
            : new InetSocketAddress(uri.getHost(), uri.getPort());
    CutOff proxy = new CutOff(target, new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    daemon(proxy::serve);
    return proxy;
  }

  /** The port of the loopback interface at which it stands. */
  public int port() {
    return door.getLocalPort();
  }

  /** Ends every connection, and each new one at once. */
  public void cut() {
    cut = true;
    open.forEach(CutOff::end);
    open.clear();
  }

  /** Lets new connections through again. */
  public void restore() {
    cut = false;
  }

  private void serve() {
    while (!door.isClosed()) {
      try {
        Socket client = door.accept();
        if (cut) {
          client.close();
        } else {
          pass(client);
        }
      } catch (IOException e) {
        // The door was closed, or this one client is gone.
      }
    }
  }

  private void pass(Socket client) throws IOException {
    SocketChannel there = SocketChannel.open(target);
    open.add(client);
    open.add(there);
    InputStream fromClient = client.getInputStream();
    OutputStream toClient = client.getOutputStream();
    daemon(() -> copy(fromClient, Channels.newOutputStream(there), client, there));
    // Channels' streams lock each other out while they block, so this side uses the channel.
    daemon(() -> copy(there, toClient, client));
  }

  private static void copy(
      InputStream in, OutputStream out, AutoCloseable client, AutoCloseable there) {
    try {
      in.transferTo(out);
    } catch (IOException e) {
      // Cut; both sides end.
    }
    end(client);
    end(there);
  }

  private static void copy(SocketChannel in, OutputStream out, AutoCloseable client) {
    java.nio.ByteBuffer buffer = java.nio.ByteBuffer.allocate(8192);
    try {
      while (in.read(buffer) >= 0) {
        out.write(buffer.array(), 0, buffer.position());
        out.flush();
        buffer.clear();
      }
    } catch (IOException e) {
      // Cut; both sides end.
    }
    end(client);
    end(in);
  }

  private static void end(AutoCloseable one) {
    try {
      one.close();
    } catch (Exception e) {
      // It is as closed as it gets.
      return;
    }
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "cut-off");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    door.close();
    open.forEach(CutOff::end);
  }
}

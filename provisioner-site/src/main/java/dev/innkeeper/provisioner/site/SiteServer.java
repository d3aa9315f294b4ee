package dev.innkeeper.provisioner.site;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers HTTP for all sites. What a site is, is read from disk for each request, so a suspension
 * counts from the next request on, on every server.
 */
final class SiteServer {
  private static final Logger LOG = LoggerFactory.getLogger(SiteServer.class);
  private static final int THREADS = 16;
  private static final int WAITING_MAX = 256;

  private final HttpServer http;
  private final ExecutorService threads;
  private final SiteStore store;
  private final String domainSuffix;
  private final Pages pages;
  private final StaticFiles files;
  private final Uploads uploads;

  private SiteServer(HttpServer http, SiteStore store, String domain, Pages pages) {
    this.http = http;
    this.store = store;
    this.domainSuffix = "." + domain;
    this.pages = pages;
    this.files = new StaticFiles(store, pages);
    this.uploads = new Uploads(store, pages);
    this.threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(WAITING_MAX),
            runnable -> {
              Thread thread = new Thread(runnable, "sites");
              thread.setDaemon(true);
              return thread;
            },
            // Too much at once: the thread that accepts does it, and accepts no more meanwhile.
            new ThreadPoolExecutor.CallerRunsPolicy());
  }

  static SiteServer start(InetSocketAddress address, SiteStore store, String domain, Pages pages)
      throws IOException {
    SiteServer server = new SiteServer(HttpServer.create(address, 0), store, domain, pages);
    server.http.createContext("/", server::handle);
    server.http.setExecutor(server.threads);
    server.http.start();
    return server;
  }

  int port() {
    return http.getAddress().getPort();
  }

  Pages pages() {
    return pages;
  }

  void close() {
    http.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) {
    try (exchange) {
      try {
        answer(exchange);
      } catch (RuntimeException e) {
        LOG.error("can't answer {} {}", exchange.getRequestMethod(), exchange.getRequestURI(), e);
        Answer.page(exchange, 500, pages.error("Sorry", "This went wrong on our side."));
      }
    } catch (IOException e) {
      LOG.debug("the browser went away", e);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
    Optional<Target> target = target(exchange);
    Optional<Site> found =
        target.isPresent() ? store.findByName(target.get().siteName()) : Optional.empty();
    if (found.isEmpty() || found.get().parameters().ownAddress() != target.get().ownAddress()) {
      Answer.page(exchange, 404, pages.notFound());
      return;
    }
    Site site = found.get();
    switch (site.status()) {
      case STARTING, TERMINATING -> Answer.page(exchange, 404, pages.notFound());
      case SUSPENDED -> Answer.page(exchange, 402, pages.suspended(site.name()));
      case RUNNING -> serve(exchange, site, target.get());
    }
  }

  private void serve(HttpExchange exchange, Site site, Target target) throws IOException {
    if (!target.ownAddress()) {
      // Neighbours on one host name must not read each other's cookies or storage.
      exchange
          .getResponseHeaders()
          .set("Content-Security-Policy", "sandbox allow-scripts allow-forms allow-popups");
    }
    switch (exchange.getRequestMethod()) {
      case "GET", "HEAD" -> files.send(exchange, site, target.path());
      case "PUT", "DELETE" -> uploads.accept(exchange, site, target.path());
      default -> {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD, PUT, DELETE");
        Answer.page(exchange, 405, pages.error("Not that way", "This site can be read."));
      }
    }
  }

  /**
   * Which site a request is for.
   *
   * @param path within the site, begins with a slash
   */
  private record Target(String siteName, boolean ownAddress, String path) {}

  private Optional<Target> target(HttpExchange exchange) {
    String path = exchange.getRequestURI().getPath();
    if (path == null || !path.startsWith("/")) {
      return Optional.empty();
    }
    String host = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Host")).orElse("");
    String hostName = host.replaceFirst(":[0-9]+$", "").toLowerCase(java.util.Locale.ROOT);
    if (hostName.endsWith(domainSuffix)) {
      String name = hostName.substring(0, hostName.length() - domainSuffix.length());
      return Optional.of(new Target(name, true, path));
    }
    if (!path.startsWith(SiteAddress.PATH_PREFIX)) {
      return Optional.empty();
    }
    String rest = path.substring(SiteAddress.PATH_PREFIX.length());
    int slash = rest.indexOf('/');
    return slash < 0
        ? Optional.of(new Target(rest, false, ""))
        : Optional.of(new Target(rest.substring(0, slash), false, rest.substring(slash)));
  }
}

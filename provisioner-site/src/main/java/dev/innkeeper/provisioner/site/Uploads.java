package dev.innkeeper.provisioner.site;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a site's owner put and delete files, within the quota: {@code curl -T index.html -H
 * "Authorization: Bearer KEY" URL}.
 */
final class Uploads {
  private static final Logger LOG = LoggerFactory.getLogger(Uploads.class);
  private static final String BEARER = "Bearer ";
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int LOCKS = 64;

  private final SiteStore store;
  private final Pages pages;
  private final Object[] locks = new Object[LOCKS];

  Uploads(SiteStore store, Pages pages) {
    this.store = store;
    this.pages = pages;
    for (int i = 0; i < LOCKS; i++) {
      locks[i] = new Object();
    }
  }

  void accept(HttpExchange exchange, Site site, String path) throws IOException {
    if (!isOwner(exchange, site)) {
      exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
      refuse(exchange, 401, "Only its owner can change this site, with its upload key.");
      return;
    }
    Optional<Path> file = SitePath.resolve(store.content(site.id()), path);
    if (file.isEmpty() || path.isEmpty() || path.endsWith("/")) {
      refuse(exchange, 400, "Name a file within the site; names don't begin with a dot.");
      return;
    }
    // One change at a time for each site, or two together would go over its quota.
    synchronized (locks[Math.floorMod(site.id().hashCode(), LOCKS)]) {
      try {
        if (exchange.getRequestMethod().equals("DELETE")) {
          delete(exchange, file.get());
        } else {
          put(exchange, site, file.get());
        }
      } catch (FileSystemException e) {
        LOG.debug("can't store an upload", e);
        refuse(exchange, 409, "There is a folder in the place of that file, or the reverse.");
      }
    }
  }

  private static boolean isOwner(HttpExchange exchange, Site site) {
    String header = exchange.getRequestHeaders().getFirst("Authorization");
    return header != null
        && header.startsWith(BEARER)
        && MessageDigest.isEqual(
            header.substring(BEARER.length()).getBytes(StandardCharsets.UTF_8),
            site.uploadKey().getBytes(StandardCharsets.UTF_8));
  }

  private static void delete(HttpExchange exchange, Path file) throws IOException {
    Answer.empty(exchange, Files.deleteIfExists(file) ? 204 : 404);
  }

  private void put(HttpExchange exchange, Site site, Path file) throws IOException {
    long replacedBytes = Files.isRegularFile(file) ? SiteStore.charged(Files.size(file)) : 0;
    long roomBytes = site.parameters().quotaBytes() - (store.usedBytes(site.id()) - replacedBytes);
    Path growing = store.newUpload(site.id());
    try {
      long sizeBytes = receive(exchange.getRequestBody(), growing, roomBytes);
      if (SiteStore.charged(sizeBytes) > roomBytes) {
        refuse(
            exchange,
            413,
            "That is more than the site's "
                + site.parameters().quotaMegabytes()
                + " MB hold: delete files first, or choose a larger size.");
        return;
      }
      boolean isNew = !Files.exists(file);
      Files.createDirectories(file.resolveSibling("."));
      Files.move(growing, file, StandardCopyOption.ATOMIC_MOVE);
      Answer.empty(exchange, isNew ? 201 : 204);
    } finally {
      Files.deleteIfExists(growing);
      store.sweepIfGone(site.id());
    }
  }

  /** Reads a body into a file, and stops one byte after there is no more room. */
  private static long receive(InputStream body, Path into, long roomBytes) throws IOException {
    long received = 0;
    byte[] buffer = new byte[BUFFER_BYTES];
    try (OutputStream out = Files.newOutputStream(into)) {
      int length = body.read(buffer);
      while (length >= 0) {
        received += length;
        if (received > roomBytes) {
          return roomBytes + 1;
        }
        out.write(buffer, 0, length);
        length = body.read(buffer);
      }
    }
    return received;
  }

  private void refuse(HttpExchange exchange, int status, String sentence) throws IOException {
    Answer.page(exchange, status, pages.error("That can't be done", sentence));
  }
}

package dev.innkeeper.provisioner.site;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Sends the files of a site. */
final class StaticFiles {
  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("css", "text/css; charset=utf-8"),
          Map.entry("gif", "image/gif"),
          Map.entry("htm", "text/html; charset=utf-8"),
          Map.entry("html", "text/html; charset=utf-8"),
          Map.entry("ico", "image/x-icon"),
          Map.entry("jpeg", "image/jpeg"),
          Map.entry("jpg", "image/jpeg"),
          Map.entry("js", "text/javascript; charset=utf-8"),
          Map.entry("json", "application/json"),
          Map.entry("mjs", "text/javascript; charset=utf-8"),
          Map.entry("pdf", "application/pdf"),
          Map.entry("png", "image/png"),
          Map.entry("svg", "image/svg+xml"),
          Map.entry("txt", "text/plain; charset=utf-8"),
          Map.entry("wasm", "application/wasm"),
          Map.entry("webp", "image/webp"),
          Map.entry("woff2", "font/woff2"),
          Map.entry("xml", "application/xml"));

  private final SiteStore store;
  private final Pages pages;

  StaticFiles(SiteStore store, Pages pages) {
    this.store = store;
    this.pages = pages;
  }

  void send(HttpExchange exchange, Site site, String path) throws IOException {
    Optional<Path> resolved =
        path.isEmpty()
            ? Optional.of(store.content(site.id()))
            : SitePath.resolve(store.content(site.id()), path);
    if (resolved.isEmpty()) {
      Answer.page(exchange, 404, pages.notFound());
      return;
    }
    Path file = resolved.get();
    if (Files.isDirectory(file)) {
      if (!path.endsWith("/")) {
        redirectIntoFolder(exchange);
        return;
      }
      file = file.resolve("index.html");
    }
    try {
      sendFile(exchange, file);
    } catch (NoSuchFileException e) {
      Answer.page(exchange, 404, pages.notFound());
    }
  }

  /** Without the slash, links within the page would lead beside the folder. */
  private static void redirectIntoFolder(HttpExchange exchange) throws IOException {
    // The raw path of this very request: it can't lead to another host.
    String location = exchange.getRequestURI().getRawPath().replaceFirst("^/+", "/") + "/";
    exchange.getResponseHeaders().set("Location", location);
    Answer.empty(exchange, 301);
  }

  private static void sendFile(HttpExchange exchange, Path file) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    if (!attributes.isRegularFile()) {
      throw new NoSuchFileException(file.toString());
    }
    String tag = "\"" + attributes.size() + "-" + attributes.lastModifiedTime().toMillis() + "\"";
    exchange.getResponseHeaders().set("ETag", tag);
    exchange.getResponseHeaders().set("Cache-Control", "no-cache");
    exchange.getResponseHeaders().set("Content-Type", typeOf(file));
    if (tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
      Answer.empty(exchange, 304);
      return;
    }
    if (exchange.getRequestMethod().equals("HEAD") || attributes.size() == 0) {
      Answer.empty(exchange, 200);
      return;
    }
    // Opened before the headers go out: a file that is gone by now is still a 404.
    try (InputStream content = Files.newInputStream(file)) {
      exchange.sendResponseHeaders(200, attributes.size());
      content.transferTo(exchange.getResponseBody());
    }
  }

  private static String typeOf(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    String extension = name.substring(name.lastIndexOf('.') + 1);
    return TYPES.getOrDefault(extension, "application/octet-stream");
  }
}

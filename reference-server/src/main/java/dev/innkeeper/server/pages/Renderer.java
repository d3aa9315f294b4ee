package dev.innkeeper.server.pages;

import dev.innkeeper.billing.payment.spi.PaymentProvider.Mode;
import dev.innkeeper.server.auth.Identity;
import dev.innkeeper.server.runtime.Services;
import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/** Fills the templates, which were compiled with the server, and sends pages. Thread-safe. */
final class Renderer {
  private static final String STYLE = "/dev/innkeeper/server/pages/style.css";
  private static final String SCRIPT = "/dev/innkeeper/server/pages/live.js";

  private final Services services;
  private final TemplateEngine templates;
  private final byte[] style;
  private final String styleVersion;
  private final byte[] script;
  private final String scriptVersion;

  Renderer(Services services) {
    this.services = services;
    this.templates =
        TemplateEngine.createPrecompiled(
            null,
            ContentType.Html,
            Renderer.class.getClassLoader(),
            "dev.innkeeper.server.pages.compiled");
    this.style = resource(STYLE);
    this.styleVersion = version(style);
    this.script = resource(SCRIPT);
    this.scriptVersion = version(script);
  }

  private static String version(byte[] content) {
    CRC32 checksum = new CRC32();
    checksum.update(content);
    return Long.toHexString(checksum.getValue());
  }

  private static byte[] resource(String path) {
    try (InputStream in = Renderer.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException("the server's jar lacks " + path);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  byte[] style() {
    return style;
  }

  byte[] script() {
    return script;
  }

  String scriptVersion() {
    return scriptVersion;
  }

  /** Sends a page. */
  void show(Context ctx, Visit visit, String title, String template, Map<String, Object> values) {
    Map<String, @Nullable Object> all = new HashMap<>(values);
    all.put("page", layout(ctx, visit, title));
    StringOutput html = new StringOutput();
    templates.render(template, all, html);
    ctx.html(html.toString());
  }

  private Layout layout(Context ctx, Visit visit, String title) {
    Optional<Identity> identity = visit.identity();
    Navigation navigation = Navigation.of(ctx.path(), identity);
    return new Layout(
        title,
        navigation.places(),
        navigation.pages(),
        identity.map(Identity::email).orElse(null),
        identity.map(Identity::isAdmin).orElse(false),
        visit.csrf(),
        visit.takeFlash(),
        services.trial().map(trial -> Show.minute(trial.now(), ZoneOffset.UTC)).orElse(null),
        services.trial().map(trial -> trial.isStanding()).orElse(false),
        identity.map(Identity::isAdmin).orElse(false) ? testMoney() : null,
        styleVersion);
  }

  /** Tells admins whose money is not real; null when all of it is. */
  private @Nullable String testMoney() {
    List<String> inTest =
        services.engine().payments().profiles().stream()
            .filter(profile -> profile.mode() == Mode.TEST)
            .map(profile -> Show.words(profile.code()))
            .toList();
    return inTest.isEmpty() ? null : String.join(", ", inTest);
  }
}

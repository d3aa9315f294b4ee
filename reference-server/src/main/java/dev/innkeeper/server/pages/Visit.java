package dev.innkeeper.server.pages;

import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.server.auth.Access;
import dev.innkeeper.server.auth.AccessToken;
import dev.innkeeper.server.auth.Identity;
import dev.innkeeper.server.pages.Layout.Flash;
import io.javalin.http.Context;
import io.javalin.http.Cookie;
import io.javalin.http.SameSite;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The browser that asks: its session, its CSRF token and the note it gets next.
 *
 * <p>The CSRF token is a hash of the session's cookie, or of a cookie for visitors who are not
 * signed in: whoever can't read the cookie can't make the token. Not thread-safe; one for each
 * request.
 */
final class Visit {
  private static final String SESSION = "innkeeper_session";
  private static final String VISITOR = "innkeeper_visitor";
  private static final String FLASH = "innkeeper_note";
  private static final int SESSION_SECONDS = 14 * 24 * 3600;
  private static final int FLASH_LENGTH_MAX = 600;

  private final Context ctx;
  private final Access access;
  private final boolean secure;
  private final String secret;
  private final @Nullable Identity identity;

  private Visit(Context ctx, Access access, boolean secure) {
    this.ctx = ctx;
    this.access = access;
    this.secure = secure;
    String session = ctx.cookie(SESSION);
    this.identity =
        session == null ? null : access.identify(session, Access.Kind.SESSION).orElse(null);
    this.secret = session != null && identity != null ? session : visitor();
  }

  static Visit of(Context ctx, Access access, boolean secure) {
    return new Visit(ctx, access, secure);
  }

  private String visitor() {
    String known = ctx.cookie(VISITOR);
    if (known != null && known.length() >= 40) {
      return known;
    }
    byte[] bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    String fresh = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    set(VISITOR, fresh, SESSION_SECONDS);
    return fresh;
  }

  Optional<Identity> identity() {
    return Optional.ofNullable(identity);
  }

  String csrf() {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(("csrf " + secret).getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /**
   * Guards whatever changes something.
   *
   * @throws NotAllowed when the form does not come from a page of this browser's
   */
  void requireCsrf() {
    String sent = ctx.formParam("csrf");
    boolean same =
        sent != null
            && MessageDigest.isEqual(
                sent.getBytes(StandardCharsets.UTF_8), csrf().getBytes(StandardCharsets.UTF_8));
    if (!same) {
      throw new NotAllowed(
          "form-expired", "this form is too old or from another page: go back, reload, try again");
    }
  }

  void signIn(Identity who) {
    AccessToken token = access.issue(who, Access.Kind.SESSION);
    set(SESSION, token.secret(), SESSION_SECONDS);
  }

  void signOut() {
    String session = ctx.cookie(SESSION);
    if (session != null) {
      access.revoke(session);
    }
    set(SESSION, "", 0);
  }

  /** Keeps a note for the next page. */
  void flash(String tone, String text) {
    String cut = text.length() <= FLASH_LENGTH_MAX ? text : text.substring(0, FLASH_LENGTH_MAX);
    set(FLASH, tone + "." + URLEncoder.encode(cut, StandardCharsets.UTF_8), 60);
  }

  /** Takes the note that was kept. */
  @Nullable Flash takeFlash() {
    String kept = ctx.cookie(FLASH);
    if (kept == null || kept.isEmpty()) {
      return null;
    }
    set(FLASH, "", 0);
    int dot = kept.indexOf('.');
    String tone = dot < 0 ? "" : kept.substring(0, dot);
    if (!tone.matches("good|warn|bad")) {
      return null;
    }
    try {
      return new Flash(tone, URLDecoder.decode(kept.substring(dot + 1), StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      // A cookie that somebody else wrote is no note of ours.
      return null;
    }
  }

  private void set(String name, String value, int seconds) {
    Cookie cookie = new Cookie(name, value, "/", seconds, secure, true);
    cookie.setSameSite(SameSite.LAX);
    ctx.cookie(cookie);
  }
}

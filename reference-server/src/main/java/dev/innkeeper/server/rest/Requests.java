package dev.innkeeper.server.rest;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.server.auth.Access;
import dev.innkeeper.server.auth.Identity;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the routes share: who asks, with which body, key and page. Thread-safe. */
final class Requests {
  private static final int PAGE_PRESET = 50;
  private static final int PAGE_MAX = 100;
  private static final String BEARER = "Bearer ";

  private final ObjectMapper json;
  private final Access access;

  Requests(ObjectMapper json, Access access) {
    this.json = json;
    this.access = access;
  }

  /** Who asks, by the bearer token. */
  Identity identity(Context ctx) {
    String header = ctx.header("Authorization");
    if (header == null || !header.startsWith(BEARER)) {
      throw new Refused(
          401,
          "sign-in-needed",
          "send 'Authorization: Bearer TOKEN'; POST /v1/sessions gives a token");
    }
    return access
        .identify(header.substring(BEARER.length()).trim(), Access.Kind.API)
        .orElseThrow(
            () ->
                new Refused(
                    401,
                    "token-unknown",
                    "this token is unknown or expired; POST /v1/sessions gives a new one"));
  }

  /** The customer who asks. */
  UUID customer(Context ctx) {
    return identity(ctx).requireCustomer();
  }

  /** The admin who asks. */
  Identity admin(Context ctx) {
    Identity identity = identity(ctx);
    if (!identity.isAdmin()) {
      throw new Refused(403, "admin-only", "this is for admins; sign in as one");
    }
    return identity;
  }

  /** The key that makes a request take effect once, however often it is sent. */
  String key(Context ctx) {
    String key = ctx.header("Idempotency-Key");
    if (key == null || key.isBlank()) {
      throw new InvalidInput(
          "Idempotency-Key",
          "this header is missing; send a value that is new for each new request, such as a UUID,"
              + " and the same when you repeat one");
    }
    if (key.length() > 100 || !key.chars().allMatch(c -> c > 32 && c < 127)) {
      throw new InvalidInput(
          "Idempotency-Key", "must have 1 to 100 visible ASCII characters, such as a UUID");
    }
    return key;
  }

  /** The request's JSON. */
  JsonBody body(Context ctx) {
    String type = ctx.contentType();
    if (type != null && !type.startsWith("application/json")) {
      throw new Refused(
          415, "not-json", "send the body as 'Content-Type: application/json', not " + type);
    }
    return JsonBody.parse(json, ctx.body());
  }

  /** A UUID in the path. */
  UUID id(Context ctx, String name) {
    String text = ctx.pathParam(name);
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw new InvalidInput(name, "'" + text + "' is not an id");
    }
  }

  /** How many items of a list are asked for. */
  int limit(Context ctx) {
    String text = ctx.queryParam("limit");
    if (text == null) {
      return PAGE_PRESET;
    }
    if (!text.matches("[0-9]{1,4}")
        || Integer.parseInt(text) < 1
        || Integer.parseInt(text) > PAGE_MAX) {
      throw new InvalidInput("limit", "must be 1 to " + PAGE_MAX);
    }
    return Integer.parseInt(text);
  }

  /**
   * A parameter of the address that names one of an enum's values, in small letters with hyphens;
   * null where it is absent.
   */
  <E extends Enum<E>> @Nullable E word(Context ctx, String name, Class<E> type) {
    String text = ctx.queryParam(name);
    return text == null ? null : word(name, text, type);
  }

  /**
   * The value that a word names.
   *
   * @throws InvalidInput when it names none, telling which there are
   */
  static <E extends Enum<E>> E word(String field, String text, Class<E> type) {
    List<String> words = new ArrayList<>();
    for (E value : type.getEnumConstants()) {
      String word = value.name().toLowerCase(Locale.ROOT).replace('_', '-');
      if (word.equals(text.toLowerCase(Locale.ROOT).replace('_', '-'))) {
        return value;
      }
      words.add(word);
    }
    throw new InvalidInput(field, "must be one of " + String.join(", ", words));
  }

  /** After which item a list goes on: what the page before gave as {@code next}. */
  @Nullable String cursor(Context ctx) {
    return ctx.queryParam("after");
  }

  /** {@link #cursor} where it is an id. */
  @Nullable UUID cursorId(Context ctx) {
    String text = cursor(ctx);
    if (text == null) {
      return null;
    }
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw new InvalidInput("after", "must be what the page before gave as next");
    }
  }

  /**
   * Answers with a page of a list: {@code {"items": […], "next": "…"}}, next being null at the end.
   *
   * @param found the items, one more than asked for if there are more
   */
  <T> void page(Context ctx, List<T> found, int limit, Function<T, String> cursorOf) {
    page(ctx, found, limit, cursorOf, item -> item);
  }

  /** The same where an item is not shown as it is. */
  <T, S> void page(
      Context ctx, List<T> found, int limit, Function<T, String> cursorOf, Function<T, S> shown) {
    boolean more = found.size() > limit;
    List<T> items = more ? found.subList(0, limit) : found;
    Map<String, @Nullable Object> body = new TreeMap<>();
    body.put("items", items.stream().map(shown).toList());
    body.put("next", more ? cursorOf.apply(items.get(limit - 1)) : null);
    write(ctx, 200, body);
  }

  /** Answers with a value as JSON. */
  void write(Context ctx, int status, Object value) {
    ctx.status(status).contentType("application/json").result(BillingJson.write(json, value));
  }
}

package dev.innkeeper.server.rest;

import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import java.util.List;

/**
 * One route and what its description says of it.
 *
 * @param path with parameters in braces
 * @param caller who may ask
 * @param keyed whether it needs an {@code Idempotency-Key}
 * @param fields of the request's body; those that must be there end in {@code !}
 * @param query parameters of the address
 */
record Endpoint(
    HandlerType method,
    String path,
    Caller caller,
    boolean keyed,
    String summary,
    List<String> fields,
    List<String> query,
    Handler handler) {

  /** Who may ask. */
  enum Caller {
    ANYBODY,
    SIGNED_IN,
    CUSTOMER,
    ADMIN
  }

  static Endpoint get(String path, Caller caller, String summary, Handler handler) {
    return new Endpoint(
        HandlerType.GET, path, caller, false, summary, List.of(), List.of(), handler);
  }

  static Endpoint delete(String path, Caller caller, String summary, Handler handler) {
    return new Endpoint(
        HandlerType.DELETE, path, caller, false, summary, List.of(), List.of(), handler);
  }

  /** Puts something as it is wanted; again, it changes nothing. */
  static Endpoint put(String path, Caller caller, String summary, Handler handler) {
    return new Endpoint(
        HandlerType.PUT, path, caller, false, summary, List.of(), List.of(), handler);
  }

  /** A command that takes effect once for each key. */
  static Endpoint command(String path, Caller caller, String summary, Handler handler) {
    return new Endpoint(
        HandlerType.POST, path, caller, true, summary, List.of(), List.of(), handler);
  }

  /** A question with a body, or a command that may be repeated. */
  static Endpoint post(String path, Caller caller, String summary, Handler handler) {
    return new Endpoint(
        HandlerType.POST, path, caller, false, summary, List.of(), List.of(), handler);
  }

  Endpoint withFields(String... names) {
    return new Endpoint(method, path, caller, keyed, summary, List.of(names), query, handler);
  }

  Endpoint withQuery(String... names) {
    return new Endpoint(method, path, caller, keyed, summary, fields, List.of(names), handler);
  }

  Endpoint paged() {
    return withQuery("after", "limit");
  }
}

package dev.innkeeper.stripe;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A stand-in for Stripe, over HTTP: keeps state, replays keys and checks their parameters, and goes
 * wrong on demand. It has pages of its own for what customers do at Stripe and at their bank. No
 * money, no Stripe: for tests and for the demo alone.
 */
public final class StripeDouble implements AutoCloseable {
  public static final String SECRET_KEY = "sk_test_0123456789abcdef";
  public static final String WEBHOOK_SECRET = "whsec_test";
  private static final Duration KEYS_KEPT = Duration.ofHours(24);

  static {
    // Without it every answer waits 40 ms for the client's acknowledgement of its headers.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final HttpServer http;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Clock clock;
  private final StripeBooks books;
  private final DoublePages pages;
  private final DoublePost post = new DoublePost();
  private final Map<String, Kept> keys = new HashMap<>();
  private final List<Planned> plan = new ArrayList<>();
  private final List<HttpExchange> hanging = new ArrayList<>();
  private final List<String> requests = new ArrayList<>();

  /** What a key stands for; answered when it has ended. */
  private record Kept(String request, Answer answer, Instant since) {}

  private record Answer(int status, String body) {}

  private record Planned(String path, Fault fault) {}

  /** A double on any free port. */
  public StripeDouble(Clock clock) {
    this.clock = clock;
    this.books = new StripeBooks(clock, () -> address().toString());
    this.pages = new DoublePages(this);
    try {
      http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    http.setExecutor(threads);
    http.createContext("/", this::handle);
    http.start();
  }

  /** Where it listens. */
  public URI address() {
    return URI.create("http://127.0.0.1:" + http.getAddress().getPort());
  }

  /** Does something with the books, while nobody else does. */
  synchronized <T> T with(Function<StripeBooks, T> work) {
    return work.apply(books);
  }

  /** The next request whose method and path match the expression goes wrong. */
  synchronized void failNext(String requests, Fault fault) {
    plan.add(new Planned(requests, fault));
  }

  /** Whether a request will not be answered that is yet to come. */
  synchronized boolean isToHang() {
    return plan.stream().anyMatch(planned -> planned.fault().isHang());
  }

  synchronized void forgetFaults() {
    plan.clear();
  }

  /** Method, path and key of every request so far, in order. */
  synchronized List<String> requests() {
    return List.copyOf(requests);
  }

  synchronized List<String> takeEvents() {
    return books.takeEvents();
  }

  /** The signature header of a body, as of the time. */
  public static String sign(String body, String secret, Instant at) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      String signed = at.getEpochSecond() + "." + body;
      String hex = HexFormat.of().formatHex(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
      return "t=" + at.getEpochSecond() + ",v1=" + hex;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    List<HttpExchange> open;
    synchronized (this) {
      open = List.copyOf(hanging);
    }
    open.forEach(HttpExchange::close);
    post.close();
    http.stop(0);
    threads.shutdownNow();
  }

  // --- HTTP -------------------------------------------------------------------------------------

  private void handle(HttpExchange exchange) throws IOException {
    String method = exchange.getRequestMethod();
    String path = exchange.getRequestURI().getPath();
    String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    if (!path.startsWith("/v1/")) {
      pages.handle(exchange, path, decode(form));
      postEvents();
      return;
    }
    String query = exchange.getRequestURI().getRawQuery();
    Map<String, String> params = decode(method.equals("GET") && query != null ? query : form);
    String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
    String authorization = exchange.getRequestHeaders().getFirst("Authorization");
    Fault fault;
    Answer answer;
    synchronized (this) {
      // Answered by nobody, and so seen as a hang, should the double itself throw.
      requests.add(method + " " + path + (key == null ? "" : " " + key));
      fault = next(method + " " + path);
      answer =
          ("Bearer " + SECRET_KEY).equals(authorization)
              ? answer(method, path, params, key, fault)
              : problem(new StripeBooks.Problem(401, "invalid_request_error", null, null, "who?"));
    }
    send(exchange, fault, answer);
    postEvents();
  }

  /** Once somebody wants them, events are posted rather than kept. */
  private void postEvents() {
    if (post.hasReceivers()) {
      takeEvents().forEach(post::send);
    }
  }

  private Fault next(String request) {
    for (Planned planned : plan) {
      if (request.matches(planned.path())) {
        plan.remove(planned);
        return planned.fault();
      }
    }
    return Fault.NONE;
  }

  private Answer answer(
      String method, String path, Map<String, String> params, String key, Fault fault) {
    switch (fault) {
      case TOO_MANY -> {
        return problem(
            new StripeBooks.Problem(429, "invalid_request_error", "rate_limit", null, "slow"));
      }
      case LOCK_TIMEOUT -> {
        return problem(
            new StripeBooks.Problem(429, "invalid_request_error", "lock_timeout", null, "busy"));
      }
      case HANG_BEFORE, RESET_BEFORE -> {
        return new Answer(0, "");
      }
      default -> {}
    }
    if (method.equals("GET")) {
      return fault == Fault.ERROR_BEFORE || fault == Fault.ERROR_AFTER
          ? failure()
          : carryOut(() -> read(path, params));
    }
    if (key == null) {
      throw new IllegalStateException("a POST without a key: " + path);
    }
    String request = method + " " + path + " " + new java.util.TreeMap<>(params);
    Kept kept = keys.get(key);
    if (kept != null && clock.instant().isBefore(kept.since().plus(KEYS_KEPT))) {
      return kept.request().equals(request)
          ? kept.answer()
          : problem(
              new StripeBooks.Problem(
                  400, "idempotency_error", null, null, "the key came with other parameters"));
    }
    Answer answer = fault == Fault.ERROR_BEFORE ? failure() : carryOut(() -> act(path, params));
    if (fault == Fault.ERROR_AFTER) {
      answer = failure();
    }
    keys.put(key, new Kept(request, answer, clock.instant()));
    return answer;
  }

  private static Answer failure() {
    return problem(new StripeBooks.Problem(500, "api_error", null, null, "our fault"));
  }

  private static Answer carryOut(Supplier<Object> work) {
    try {
      return new Answer(200, StripeBooks.json(work.get()));
    } catch (StripeBooks.Problem problem) {
      return problem(problem);
    } catch (RuntimeException e) {
      throw new IllegalStateException("the double is broken", e);
    }
  }

  private static Answer problem(StripeBooks.Problem problem) {
    return new Answer(problem.status, StripeBooks.json(Map.of("error", problem.error)));
  }

  private void send(HttpExchange exchange, Fault fault, Answer answer) throws IOException {
    switch (fault) {
      case HANG_BEFORE, HANG_AFTER -> {
        synchronized (this) {
          hanging.add(exchange);
        }
        return;
      }
      case RESET_BEFORE, RESET_AFTER -> {
        exchange.close();
        return;
      }
      default -> {}
    }
    Answer sent = fault == Fault.BAD_GATEWAY ? new Answer(502, "<html>Bad gateway</html>") : answer;
    byte[] body = sent.body().getBytes(StandardCharsets.UTF_8);
    int length = fault == Fault.TRUNCATED ? body.length / 2 : body.length;
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.getResponseHeaders().set("Request-Id", "req_double");
    exchange.getResponseHeaders().set("Stripe-Version", StripeBooks.API_VERSION);
    exchange.sendResponseHeaders(sent.status(), length);
    exchange.getResponseBody().write(body, 0, fault == Fault.CUT ? length / 2 : length);
    exchange.close();
  }

  static Map<String, String> decode(String form) {
    Map<String, String> params = new LinkedHashMap<>();
    for (String pair : form.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        params.put(
            URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8),
            URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
      }
    }
    return params;
  }

  // --- routes -----------------------------------------------------------------------------------

  private Object act(String path, Map<String, String> params) {
    String[] parts =
        path.substring("/v1/".length()).replace("checkout/sessions", "sessions").split("/", -1);
    String id = parts.length > 1 ? parts[1] : "";
    String step = parts.length > 2 ? parts[2] : "";
    return switch (parts[0] + (step.isEmpty() ? "" : "/" + step)) {
      case "customers" -> {
        Map<String, Object> customer = books.make("cus", "customer");
        customer.put("metadata", StripeBooks.nested(params, "metadata"));
        yield customer;
      }
      case "payment_intents" -> books.createIntent(params);
      case "payment_intents/confirm" -> expanded(books.confirm(id, params));
      case "payment_intents/cancel" -> books.cancel(id);
      case "sessions" -> books.createSession(params);
      case "sessions/expire" -> books.expire(id);
      case "refunds" ->
          books.refund(
              params.get("payment_intent"),
              Long.parseLong(params.get("amount")),
              StripeBooks.nested(params, "metadata"));
      case "transfers" -> books.transfer(params);
      case "webhook_endpoints" -> {
        Map<String, Object> endpoint = books.make("we", "webhook_endpoint");
        endpoint.put("url", params.get("url"));
        endpoint.put("status", "enabled");
        endpoint.put("enabled_events", List.of(params.getOrDefault("enabled_events[0]", "*")));
        endpoint.put("api_version", params.get("api_version"));
        post.receiver(URI.create(params.get("url")));
        yield endpoint;
      }
      case "payment_methods/attach" -> {
        DoubleCard card = DoubleCard.ofTestMethod(id);
        String owner = params.get("customer");
        yield books.get(books.addCard(owner, card, "fp_" + card + "_" + owner));
      }
      case "payment_methods/detach" -> books.detach(id);
      case "transfers/reversals" -> books.reverse(id, params);
      default -> throw StripeBooks.Problem.missing(path);
    };
  }

  private Object read(String path, Map<String, String> params) {
    String rest = path.substring("/v1/".length()).replace("checkout/sessions", "sessions");
    String[] parts = rest.split("/", -1);
    if (parts.length == 3) {
      String transfer = parts[1];
      return list(books.all("transfer_reversal", r -> transfer.equals(r.get("transfer"))), params);
    }
    if (parts.length == 2) {
      return expanded(books.get(parts[1]));
    }
    return switch (parts[0]) {
      case "balance" -> {
        Map<String, Object> balance = new LinkedHashMap<>();
        balance.put("object", "balance");
        balance.put("livemode", false);
        yield balance;
      }
      case "payment_intents" -> list(matching("payment_intent", "customer", params), params);
      case "sessions" -> list(matching("checkout.session", "customer", params), params);
      case "refunds" -> list(matching("refund", "payment_intent", params), params);
      case "transfers" -> list(matching("transfer", "transfer_group", params), params);
      case "webhook_endpoints" -> list(books.all("webhook_endpoint", e -> true), params);
      case "balance_transactions" ->
          list(
              books.all(
                  "balance_transaction",
                  t ->
                      StripeBooks.number(t, "created") >= bound(params, "gte", 0)
                          && StripeBooks.number(t, "created")
                              < bound(params, "lt", Long.MAX_VALUE)),
              params);
      default -> throw StripeBooks.Problem.missing(path);
    };
  }

  private static long bound(Map<String, String> params, String name, long otherwise) {
    String text = params.get("created[" + name + "]");
    return text == null ? otherwise : Long.parseLong(text);
  }

  private List<Map<String, Object>> matching(
      String type, String field, Map<String, String> params) {
    String wanted = params.get(field);
    return books.all(type, object -> wanted == null || wanted.equals(object.get(field)));
  }

  private Map<String, Object> list(List<Map<String, Object>> all, Map<String, String> params) {
    int limit = Integer.parseInt(params.getOrDefault("limit", "10"));
    String after = params.get("starting_after");
    int from = 0;
    if (after != null) {
      while (from < all.size() && !after.equals(all.get(from).get("id"))) {
        from++;
      }
      from++;
    }
    int to = Math.min(all.size(), from + limit);
    List<Object> page = new ArrayList<>();
    all.subList(Math.min(from, to), to).forEach(object -> page.add(expanded(object)));
    Map<String, Object> list = new LinkedHashMap<>();
    list.put("object", "list");
    list.put("data", page);
    list.put("has_more", to < all.size());
    return list;
  }

  /** Expands what the provider asks to be expanded, whether it asks or not. */
  private Map<String, Object> expanded(Map<String, Object> object) {
    return expanded(object, 2);
  }

  private Map<String, Object> expanded(Map<String, Object> object, int levels) {
    Map<String, Object> copy = new LinkedHashMap<>(object);
    List<String> fields = new ArrayList<>(List.of("latest_charge", "balance_transaction"));
    fields.addAll(List.of("source", "setup_intent"));
    if ("setup_intent".equals(copy.get("object"))) {
      fields.add("payment_method");
    }
    for (String field : fields) {
      if (levels > 0 && copy.get(field) instanceof String id && books.objects.containsKey(id)) {
        copy.put(field, expanded(books.get(id), levels - 1));
      }
    }
    return copy;
  }
}

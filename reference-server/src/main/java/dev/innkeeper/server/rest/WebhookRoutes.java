package dev.innkeeper.server.rest;

import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.webhook.CreatedWebhook;
import dev.innkeeper.billing.webhook.NewWebhookEndpoint;
import dev.innkeeper.billing.webhook.WebhookAttempt;
import dev.innkeeper.billing.webhook.WebhookEndpoint;
import dev.innkeeper.billing.webhook.WebhookStatus;
import dev.innkeeper.billing.webhook.Webhooks;
import dev.innkeeper.server.rest.Endpoint.Caller;
import dev.innkeeper.server.runtime.Services;
import io.javalin.http.Context;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Receivers of events. */
final class WebhookRoutes {
  private static final String ROOT = "/v1/admin/webhooks";
  private static final String ONE = ROOT + "/{id}";
  private static final int OVERLAP_HOURS = 24;

  private final Services services;
  private final Requests requests;

  /** An endpoint and how it is doing. */
  record Shown(WebhookEndpoint webhook, WebhookStatus status) {}

  WebhookRoutes(Services services, Requests requests) {
    this.services = services;
    this.requests = requests;
  }

  private Webhooks webhooks() {
    return services.engine().webhooks();
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.command(
                ROOT, Caller.ADMIN, "Adds a webhook; its secret is in this answer only.", this::add)
            .withFields("url!", "eventTypes", "description"),
        Endpoint.get(ROOT, Caller.ADMIN, "Webhooks, and how they are doing.", this::list),
        Endpoint.get(ONE, Caller.ADMIN, "One webhook, and how it is doing.", this::one),
        Endpoint.post(ONE, Caller.ADMIN, "Changes where it goes and what it gets.", this::update)
            .withFields("url!", "eventTypes", "description"),
        Endpoint.post(ONE + "/disable", Caller.ADMIN, "Stops sending; events wait.", this::disable)
            .withFields("reason!"),
        Endpoint.post(
            ONE + "/enable", Caller.ADMIN, "Sends again, what waited first.", this::enable),
        Endpoint.command(
                ONE + "/rotate",
                Caller.ADMIN,
                "Gives a new secret; the old one signs too for the overlap.",
                this::rotate)
            .withFields("overlapHours"),
        Endpoint.post(
            ONE + "/test", Caller.ADMIN, "Sends a test message and waits for it.", this::test),
        Endpoint.delete(ONE, Caller.ADMIN, "Forgets a disabled webhook.", this::remove),
        Endpoint.get(ONE + "/attempts", Caller.ADMIN, "What was sent, latest first.", this::sent)
            .paged(),
        Endpoint.get(ONE + "/parked", Caller.ADMIN, "Events it did not take.", this::parked)
            .withQuery("limit"),
        Endpoint.post(
                ONE + "/replay",
                Caller.ADMIN,
                "Sends again: one event, a span of time, or, without fields, what is parked.",
                this::replay)
            .withFields("customer", "sequence", "from", "until"));
  }

  private NewWebhookEndpoint wanted(JsonBody body) {
    String description = body.optionalText("description");
    return new NewWebhookEndpoint(
        body.text("url"), body.list("eventTypes"), description == null ? "" : description);
  }

  private void add(Context ctx) {
    JsonBody body = requests.body(ctx);
    NewWebhookEndpoint wanted = wanted(body);
    body.check();
    write(ctx, 201, webhooks().create(wanted, requests.key(ctx)));
  }

  private void write(Context ctx, int status, CreatedWebhook created) {
    Map<String, @Nullable Object> answer = new TreeMap<>();
    answer.put("webhook", created.endpoint());
    answer.put("secret", created.secret());
    requests.write(ctx, status, answer);
  }

  private void list(Context ctx) {
    requests.write(ctx, 200, Map.of("items", webhooks().list().stream().map(this::shown).toList()));
  }

  private Shown shown(WebhookEndpoint endpoint) {
    return new Shown(endpoint, webhooks().status(endpoint.id()));
  }

  private void one(Context ctx) {
    requests.write(ctx, 200, shown(webhooks().get(requests.id(ctx, "id"))));
  }

  private void update(Context ctx) {
    JsonBody body = requests.body(ctx);
    NewWebhookEndpoint wanted = wanted(body);
    body.check();
    requests.write(ctx, 200, webhooks().update(requests.id(ctx, "id"), wanted));
  }

  private void disable(Context ctx) {
    JsonBody body = requests.body(ctx);
    String reason = body.text("reason");
    body.check();
    requests.write(ctx, 200, webhooks().disable(requests.id(ctx, "id"), reason));
  }

  private void enable(Context ctx) {
    WebhookEndpoint enabled = webhooks().enable(requests.id(ctx, "id"));
    services.doDueWork().run();
    requests.write(ctx, 200, enabled);
  }

  private void rotate(Context ctx) {
    JsonBody body = requests.body(ctx);
    int hours = body.integer("overlapHours", OVERLAP_HOURS, 0, 720);
    body.check();
    write(
        ctx,
        200,
        webhooks().rotate(requests.id(ctx, "id"), Duration.ofHours(hours), requests.key(ctx)));
  }

  private void test(Context ctx) {
    requests.write(ctx, 200, webhooks().ping(requests.id(ctx, "id")));
  }

  private void remove(Context ctx) {
    webhooks().remove(requests.id(ctx, "id"));
    requests.write(ctx, 200, Map.of("removed", true));
  }

  private void sent(Context ctx) {
    int limit = requests.limit(ctx);
    List<WebhookAttempt> found =
        webhooks().attempts(requests.id(ctx, "id"), requests.cursorId(ctx), limit + 1);
    requests.page(ctx, found, limit, attempt -> attempt.id().toString());
  }

  private void parked(Context ctx) {
    requests.write(
        ctx, 200, Map.of("items", webhooks().parked(requests.id(ctx, "id"), requests.limit(ctx))));
  }

  private void replay(Context ctx) {
    UUID id = requests.id(ctx, "id");
    JsonBody body = requests.body(ctx);
    UUID customer = body.optionalId("customer");
    int sequence = body.integer("sequence", 0, 1, Integer.MAX_VALUE);
    String from = body.optionalText("from");
    String until = body.optionalText("until");
    body.check();
    int queued;
    if (customer != null) {
      webhooks().replay(id, customer, sequence);
      queued = 1;
    } else if (from != null || until != null) {
      queued = webhooks().replayRange(id, instant("from", from), instant("until", until));
    } else {
      queued = webhooks().replayParked(id);
    }
    services.doDueWork().run();
    requests.write(ctx, 200, Map.of("queued", queued));
  }

  private static Instant instant(String field, @Nullable String text) {
    try {
      return Instant.parse(text == null ? "" : text);
    } catch (DateTimeException e) {
      throw new InvalidInput(field, "must be an instant such as 2026-01-01T00:00:00Z");
    }
  }
}

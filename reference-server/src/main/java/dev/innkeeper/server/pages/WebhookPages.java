package dev.innkeeper.server.pages;

import dev.innkeeper.billing.event.EventSchemas;
import dev.innkeeper.billing.problem.BillingException;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.webhook.CreatedWebhook;
import dev.innkeeper.billing.webhook.NewWebhookEndpoint;
import dev.innkeeper.billing.webhook.ParkedWebhook;
import dev.innkeeper.billing.webhook.WebhookAttempt;
import dev.innkeeper.billing.webhook.WebhookEndpoint;
import dev.innkeeper.billing.webhook.WebhookStatus;
import dev.innkeeper.billing.webhook.Webhooks;
import dev.innkeeper.server.pages.View.Badge;
import dev.innkeeper.server.runtime.Services;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Where events are sent, and what became of them. */
final class WebhookPages extends PageRoutes {
  private static final String ALL = "/admin/webhooks";
  private static final int ATTEMPTS = 30;
  private static final int PARKED = 100;
  private static final int SECRET_OVERLAP_HOURS = 24;

  private final EventSchemas schemas = EventSchemas.load();

  WebhookPages(Services services, Renderer renderer) {
    super(services, renderer);
  }

  void addTo(RoutesConfig routes) {
    routes.get(ALL, ctx -> forAdmin(ctx, this::all));
    routes.post(ALL, ctx -> forAdmin(ctx, this::add));
    routes.get(ALL + "/{id}", ctx -> forAdmin(ctx, (c, visit) -> one(c, visit, null)));
    routes.post(ALL + "/{id}/rotate", ctx -> forAdmin(ctx, this::rotate));
    routes.post(ALL + "/{id}/{action}", ctx -> forAdmin(ctx, this::change));
  }

  private Webhooks webhooks() {
    return services.engine().webhooks();
  }

  private void all(Context ctx, Visit visit) {
    List<WebhookView.Row> rows = webhooks().list().stream().map(this::row).toList();
    show(
        ctx,
        visit,
        "Webhooks",
        "admin/webhooks.jte",
        Map.of("view", new WebhookView.All(rows, schemas.types(), UUID.randomUUID().toString())));
  }

  private WebhookView.Row row(WebhookEndpoint endpoint) {
    WebhookStatus status = webhooks().status(endpoint.id());
    WebhookAttempt last = status.last();
    return new WebhookView.Row(
        ALL + "/" + endpoint.id(),
        endpoint.url(),
        endpoint.description(),
        endpoint.eventTypes().isEmpty() ? "every event" : String.join(", ", endpoint.eventTypes()),
        badge(endpoint, last),
        counted(status.customersWaiting()),
        counted(status.parked()),
        last == null ? "never" : Show.minute(last.at(), ZoneOffset.UTC));
  }

  private static String counted(int count) {
    return count >= WebhookStatus.COUNT_MAX ? count + " or more" : Integer.toString(count);
  }

  private static Badge badge(WebhookEndpoint endpoint, @Nullable WebhookAttempt last) {
    if (!endpoint.isEnabled()) {
      return new Badge("warn", "disabled");
    }
    if (last == null) {
      return new Badge("", "nothing sent yet");
    }
    return last.delivered() ? new Badge("good", "works") : new Badge("bad", "failing");
  }

  /** Answered without a redirect: the secret is in this answer and nowhere else. */
  private void add(Context ctx, Visit visit) {
    visit.requireCsrf();
    try {
      List<String> types =
          Arrays.stream(form(ctx, "types").split("[,\\s]+", -1)).filter(t -> !t.isEmpty()).toList();
      CreatedWebhook created =
          webhooks()
              .create(
                  new NewWebhookEndpoint(form(ctx, "url"), types, form(ctx, "description")),
                  form(ctx, "key"));
      one(ctx, visit, created);
    } catch (BillingException e) {
      visit.flash("bad", sentence(e));
      ctx.redirect(ALL, HttpStatus.SEE_OTHER);
    }
  }

  private void rotate(Context ctx, Visit visit) {
    visit.requireCsrf();
    UUID id = id(ctx, "id");
    try {
      one(
          ctx,
          visit,
          webhooks().rotate(id, Duration.ofHours(SECRET_OVERLAP_HOURS), form(ctx, "key")));
    } catch (BillingException e) {
      visit.flash("bad", sentence(e));
      ctx.redirect(ALL + "/" + id, HttpStatus.SEE_OTHER);
    }
  }

  /**
   * @param created with the secret to show; null when there is none to show
   */
  private void one(Context ctx, Visit visit, @Nullable CreatedWebhook created) {
    UUID id = created == null ? id(ctx, "id") : created.endpoint().id();
    WebhookEndpoint endpoint = webhooks().get(id);
    String before = ctx.queryParam("before");
    List<WebhookAttempt> found =
        webhooks()
            .attempts(id, before == null ? null : WalletPages.uuid("before", before), ATTEMPTS + 1);
    List<WebhookAttempt> shown = found.subList(0, Math.min(found.size(), ATTEMPTS));
    String older =
        found.size() > ATTEMPTS ? ALL + "/" + id + "?before=" + shown.get(ATTEMPTS - 1).id() : null;
    WebhookView.One view =
        new WebhookView.One(
            row(endpoint),
            id.toString(),
            String.join(", ", endpoint.eventTypes()),
            created == null ? null : created.secret(),
            endpoint.disabledReason(),
            shown.stream().map(WebhookPages::sent).toList(),
            older,
            webhooks().parked(id, PARKED).stream().map(WebhookPages::parked).toList(),
            UUID.randomUUID().toString());
    show(ctx, visit, "Webhook", "admin/webhook.jte", Map.of("view", view));
  }

  private static WebhookView.Sent sent(WebhookAttempt attempt) {
    Integer status = attempt.statusCode();
    String text = status == null ? "no answer" : status.toString();
    return new WebhookView.Sent(
        Show.minute(attempt.at(), ZoneOffset.UTC),
        attempt.type(),
        attempt.messageId(),
        Integer.toString(attempt.number()),
        new Badge(attempt.delivered() ? "good" : "bad", text),
        attempt.durationMillis() + " ms",
        (attempt.error().isEmpty() ? "" : attempt.error() + "\n") + attempt.response());
  }

  private static WebhookView.Parked parked(ParkedWebhook parked) {
    return new WebhookView.Parked(
        parked.customerId().toString(),
        Long.toString(parked.seq()),
        parked.type(),
        Integer.toString(parked.attempts()),
        parked.lastError(),
        Show.minute(parked.since(), ZoneOffset.UTC));
  }

  private void change(Context ctx, Visit visit) {
    UUID id = id(ctx, "id");
    String action = ctx.pathParam("action");
    String done = action.equals("remove") ? ALL : ALL + "/" + id;
    act(ctx, visit, done, ALL + "/" + id, () -> change(ctx, id, action));
  }

  private String change(Context ctx, UUID id, String action) {
    return switch (action) {
      case "test" -> test(id);
      case "update" -> {
        List<String> types =
            Arrays.stream(form(ctx, "types").split("[,\\s]+", -1))
                .filter(t -> !t.isEmpty())
                .toList();
        WebhookEndpoint unused =
            webhooks()
                .update(
                    id, new NewWebhookEndpoint(form(ctx, "url"), types, form(ctx, "description")));
        yield "The webhook is changed.";
      }
      case "disable" -> {
        WebhookEndpoint unused = webhooks().disable(id, "disabled by an admin");
        yield "Nothing is sent now. Events wait until you enable it again.";
      }
      case "enable" -> {
        WebhookEndpoint unused = webhooks().enable(id);
        services.doDueWork().run();
        yield "It is enabled; what waited is sent now.";
      }
      case "remove" -> {
        webhooks().remove(id);
        yield "The webhook is removed.";
      }
      case "replay-parked" -> queued(webhooks().replayParked(id));
      case "replay-one" -> {
        webhooks().replay(id, WalletPages.uuid("customer", form(ctx, "customer")), sequence(ctx));
        yield queued(1);
      }
      case "replay-days" ->
          queued(
              webhooks()
                  .replayRange(
                      id,
                      day(ctx, "from").atStartOfDay(ZoneOffset.UTC).toInstant(),
                      day(ctx, "until").plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant()));
      default -> throw new InvalidInput("action", "is not something a webhook can do");
    };
  }

  private String test(UUID id) {
    WebhookAttempt attempt = webhooks().ping(id);
    if (!attempt.delivered()) {
      throw new InvalidInput("test", attempt.error());
    }
    return "The test message was taken, in " + attempt.durationMillis() + " ms.";
  }

  private String queued(int events) {
    services.doDueWork().run();
    return events + (events == 1 ? " event is" : " events are") + " sent again.";
  }

  private static long sequence(Context ctx) {
    String text = form(ctx, "sequence");
    if (!text.matches("[0-9]{1,18}")) {
      throw new InvalidInput("sequence", "must be a whole number");
    }
    return Long.parseLong(text);
  }

  private static LocalDate day(Context ctx, String field) {
    try {
      return LocalDate.parse(form(ctx, field));
    } catch (DateTimeParseException e) {
      throw new InvalidInput(field, "must be a date such as 2026-01-31");
    }
  }
}

package dev.innkeeper.server.pages;

import dev.innkeeper.billing.audit.WorkHealth.KindHealth;
import dev.innkeeper.billing.event.EventLog;
import dev.innkeeper.billing.event.EventQuery;
import dev.innkeeper.billing.event.ParkedEvent;
import dev.innkeeper.billing.event.StoredEvent;
import dev.innkeeper.server.pages.View.Badge;
import dev.innkeeper.server.runtime.EventCursor;
import dev.innkeeper.server.runtime.Readiness;
import dev.innkeeper.server.runtime.Services;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What happened, and whether what falls due is done. */
final class EventPages extends PageRoutes {
  private static final int EVENTS = 50;
  private static final int PARKED = 50;

  private final Readiness readiness;

  EventPages(Services services, Renderer renderer) {
    super(services, renderer);
    this.readiness = new Readiness(services);
  }

  void addTo(RoutesConfig routes) {
    routes.get("/admin/events", ctx -> forAdmin(ctx, this::events));
    routes.post("/admin/events/replay", ctx -> forAdmin(ctx, this::replay));
    routes.get("/admin/work", ctx -> forAdmin(ctx, this::work));
  }

  private EventLog log() {
    return services.engine().events();
  }

  private void events(Context ctx, Visit visit) {
    String asked = ctx.queryParam("type");
    String type = asked == null ? "" : asked.trim();
    EventQuery query = EventQuery.latest(EVENTS + 1).withType(type);
    String before = ctx.queryParam("before");
    List<StoredEvent> found =
        log().search(before == null ? query : EventCursor.continued(query, "before", before));
    List<StoredEvent> shown = found.subList(0, Math.min(found.size(), EVENTS));
    String older = found.size() > EVENTS ? older(type, shown.get(EVENTS - 1)) : null;
    List<ParkedEvent> failed = log().parked(PARKED);
    Map<UUID, String> names =
        Names.of(
            services.engine(),
            Stream.concat(
                shown.stream().map(StoredEvent::customerId),
                failed.stream().map(each -> each.event().customerId())));
    WebhookView.Events view =
        new WebhookView.Events(
            shown.stream().map(event -> event(event, names)).toList(),
            type,
            failed.stream().map(each -> parked(each, names)).toList(),
            older);
    show(ctx, visit, "Events", "admin/events.jte", Map.of("view", view));
  }

  private static String older(String type, StoredEvent last) {
    return "/admin/events?type="
        + URLEncoder.encode(type, StandardCharsets.UTF_8)
        + "&before="
        + URLEncoder.encode(EventCursor.after(last), StandardCharsets.UTF_8);
  }

  /** Where an event's customer is shown; null for the house's own events. */
  private static @Nullable String href(StoredEvent event, Map<UUID, String> names) {
    return names.containsKey(event.customerId()) ? "/admin/customers/" + event.customerId() : null;
  }

  private static String name(StoredEvent event, Map<UUID, String> names) {
    return names.getOrDefault(event.customerId(), "the house");
  }

  private static WebhookView.Event event(StoredEvent event, Map<UUID, String> names) {
    return new WebhookView.Event(
        Show.minute(event.occurredAt(), ZoneOffset.UTC),
        event.type(),
        name(event, names),
        href(event, names),
        Long.toString(event.seq()),
        event.data());
  }

  private static WebhookView.ParkedHook parked(ParkedEvent parked, Map<UUID, String> names) {
    StoredEvent event = parked.event();
    return new WebhookView.ParkedHook(
        Show.minute(event.occurredAt(), ZoneOffset.UTC),
        event.type(),
        name(event, names),
        href(event, names),
        Long.toString(event.seq()),
        String.join(", ", parked.hooks()),
        parked.lastError());
  }

  private void replay(Context ctx, Visit visit) {
    act(
        ctx,
        visit,
        "/admin/events",
        "/admin/events",
        () -> {
          int queued = log().replayParked();
          services.doDueWork().run();
          return queued + (queued == 1 ? " event is" : " events are") + " told again.";
        });
  }

  private void work(Context ctx, Visit visit) {
    Readiness.Report report = readiness.read();
    List<WebhookView.WorkRow> rows = new ArrayList<>();
    for (KindHealth kind : report.kinds()) {
      rows.add(
          new WebhookView.WorkRow(
              kind.kind(),
              minute(kind.lastRanAt(), "never"),
              minute(kind.lastWorkedAt(), "never"),
              kind.oldestDueAt() == null ? "" : waiting(kind.late()),
              badge(report, kind),
              kind.error()));
    }
    WebhookView.Work view =
        switch (report.status()) {
          case "ok" ->
              new WebhookView.Work(
                  rows, new Badge("good", "done in time"), "Everything that falls due is done.");
          case "late" ->
              new WebhookView.Work(
                  rows,
                  new Badge("warn", "late"),
                  "It is being done, but some of it waits for more than an hour: "
                      + String.join(", ", report.late())
                      + ".");
          default ->
              new WebhookView.Work(
                  rows,
                  new Badge("bad", "not done"),
                  "Nobody has looked for minutes: nothing expires, nobody is reminded. Is a server"
                      + " running that does due work?");
        };
    show(ctx, visit, "Due work", "admin/work.jte", Map.of("view", view));
  }

  private static Badge badge(Readiness.Report report, KindHealth kind) {
    if (report.stale().contains(kind.kind())) {
      return new Badge("bad", "not done");
    }
    return report.late().contains(kind.kind())
        ? new Badge("warn", "late")
        : new Badge("good", "ok");
  }

  private static String minute(@Nullable Instant at, String none) {
    return at == null ? none : Show.minute(at, ZoneOffset.UTC);
  }

  private static String waiting(Duration late) {
    if (late.toHours() >= 48) {
      return late.toDays() + " days";
    }
    if (late.toMinutes() >= 120) {
      return late.toHours() + " hours";
    }
    return late.toMinutes() >= 2 ? late.toMinutes() + " minutes" : "a moment";
  }
}

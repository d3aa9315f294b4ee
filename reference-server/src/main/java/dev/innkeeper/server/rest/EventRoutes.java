package dev.innkeeper.server.rest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.innkeeper.billing.event.EventQuery;
import dev.innkeeper.billing.event.EventSchemas;
import dev.innkeeper.billing.event.ParkedEvent;
import dev.innkeeper.billing.event.StoredEvent;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.problem.NotFound;
import dev.innkeeper.server.rest.Endpoint.Caller;
import dev.innkeeper.server.runtime.EventCursor;
import dev.innkeeper.server.runtime.Services;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The log of events, and what events there are. */
final class EventRoutes {
  private final Services services;
  private final Requests requests;
  private final EventSchemas schemas = EventSchemas.load();

  /** An event with its data as an object. */
  record Event(
      UUID customerId, long sequence, UUID id, String type, Instant occurredAt, JsonNode data) {}

  /** An event that hooks failed on. */
  record Parked(Event event, List<String> hooks, String lastError) {}

  /** What an event is, in words. */
  record Type(String type, String description) {}

  EventRoutes(Services services, Requests requests) {
    this.services = services;
    this.requests = requests;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get("/v1/event-types", Caller.ANYBODY, "What events there are.", this::types),
        Endpoint.get(
            "/v1/event-types/{type}/schema",
            Caller.ANYBODY,
            "The JSON Schema of a type's data.",
            this::schema),
        Endpoint.get("/v1/admin/events", Caller.ADMIN, "What happened, latest first.", this::log)
            .withQuery("type", "after", "limit"),
        Endpoint.get(
                "/v1/admin/parked-events",
                Caller.ADMIN,
                "Events that a hook inside the server failed on.",
                this::parked)
            .withQuery("limit"),
        Endpoint.post(
            "/v1/admin/parked-events/replay",
            Caller.ADMIN,
            "Tells those hooks again.",
            this::replay));
  }

  private void types(Context ctx) {
    List<Type> items =
        schemas.types().stream()
            .map(type -> new Type(type, json(type).path("description").asText()))
            .toList();
    requests.write(ctx, 200, Map.of("items", items));
  }

  private JsonNode json(String type) {
    String schema = schemas.schema(type).orElseThrow(() -> new NotFound("event-type", type));
    return BillingJson.read(services.json(), schema, JsonNode.class);
  }

  private void schema(Context ctx) {
    requests.write(ctx, 200, json(ctx.pathParam("type")));
  }

  private void log(Context ctx) {
    int limit = requests.limit(ctx);
    String type = ctx.queryParam("type");
    EventQuery query = EventQuery.latest(limit + 1).withType(type == null ? "" : type);
    String after = requests.cursor(ctx);
    List<StoredEvent> found =
        services
            .engine()
            .events()
            .search(after == null ? query : EventCursor.continued(query, "after", after));
    requests.page(ctx, found, limit, EventCursor::after, this::event);
  }

  private Event event(StoredEvent event) {
    return new Event(
        event.customerId(),
        event.seq(),
        event.id(),
        event.type(),
        event.occurredAt(),
        BillingJson.read(services.json(), event.data(), JsonNode.class));
  }

  private void parked(Context ctx) {
    List<Parked> items =
        services.engine().events().parked(requests.limit(ctx)).stream().map(this::parked).toList();
    requests.write(ctx, 200, Map.of("items", items));
  }

  private Parked parked(ParkedEvent parked) {
    return new Parked(event(parked.event()), parked.hooks(), parked.lastError());
  }

  private void replay(Context ctx) {
    int queued = services.engine().events().replayParked();
    services.doDueWork().run();
    requests.write(ctx, 200, Map.of("queued", queued));
  }
}

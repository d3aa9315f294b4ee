package dev.innkeeper.server.rest;

import dev.innkeeper.provisioner.Outcome;
import dev.innkeeper.server.provisioning.CommandRelay;
import dev.innkeeper.server.provisioning.Difference;
import dev.innkeeper.server.provisioning.Orchestrator;
import dev.innkeeper.server.provisioning.Reconciler;
import dev.innkeeper.server.provisioning.Resource;
import dev.innkeeper.server.provisioning.ResourceStatus;
import dev.innkeeper.server.rest.Endpoint.Caller;
import dev.innkeeper.server.runtime.Services;
import io.javalin.http.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What runs for customers, and how it compares with what should. */
final class ProvisioningRoutes {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int HISTORY_MAX = 50;

  private final Services services;
  private final Orchestrator orchestrator;
  private final Requests requests;

  ProvisioningRoutes(Services services, Requests requests) {
    this.services = services;
    this.orchestrator = services.provisioning();
    this.requests = requests;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get(
            "/v1/subscriptions/{id}/status",
            Caller.CUSTOMER,
            "Whether a service is up, down or not there, why, and what happened to it.",
            this::status),
        Endpoint.post(
                "/v1/subscriptions/{id}/commands",
                Caller.CUSTOMER,
                "Runs a command inside a service, if its program is allowed.",
                this::command)
            .withFields("command!"),
        Endpoint.get(
                "/v1/admin/resources",
                Caller.ADMIN,
                "What runs for customers, those that changed last first.",
                this::resources)
            .withQuery("status"),
        Endpoint.post(
            "/v1/admin/customers/{id}/resources/{resource}/retry",
            Caller.ADMIN,
            "Tries again at once what was given up on or waits.",
            this::retry),
        Endpoint.get(
            "/v1/admin/reconcile",
            Caller.ADMIN,
            "What reconciling would do, and what it would only report. Changes nothing.",
            this::plan),
        Endpoint.post(
            "/v1/admin/reconcile",
            Caller.ADMIN,
            "Does what the plan says, and answers with what differs then.",
            this::apply),
        Endpoint.get(
            "/v1/admin/orphans",
            Caller.ADMIN,
            "What is in the world and belongs to no subscription.",
            this::orphans),
        Endpoint.post(
            "/v1/admin/orphans/{provisioner}/{id}/delete",
            Caller.ADMIN,
            "Deletes an orphan with its data.",
            this::deleteOrphan));
  }

  /** A resource's state with what led to it. */
  record Status(
      String status,
      ResourceStatus state,
      @Nullable String message,
      Map<String, String> facts,
      List<String> drift,
      int attempts,
      @Nullable Instant nextAttemptAt,
      long suspendedSeconds,
      List<Happened> history) {}

  /** One line of a resource's life. */
  record Happened(Instant at, ResourceStatus state, @Nullable String message) {}

  private void status(Context ctx) {
    UUID customerId = requests.customer(ctx);
    UUID id = requests.id(ctx, "id");
    services.engine().subscriptions().get(customerId, id);
    Resource resource = orchestrator.resources().find(customerId, id).orElse(null);
    if (resource == null) {
      requests.write(ctx, 200, Map.of("status", "none"));
      return;
    }
    Instant now = services.engine().now();
    requests.write(
        ctx,
        200,
        new Status(
            resource.status().upDown(),
            resource.status(),
            resource.message().orElse(null),
            new TreeMap<>(resource.facts()),
            resource.drift(),
            resource.attempts(),
            resource.nextAttemptAt().orElse(null),
            orchestrator.resources().suspendedTime(customerId, id, now).toSeconds(),
            orchestrator.resources().history(customerId, id, HISTORY_MAX).stream()
                .map(c -> new Happened(c.at(), c.status(), c.message().orElse(null)))
                .toList()));
  }

  private void command(Context ctx) {
    UUID customerId = requests.customer(ctx);
    JsonBody body = requests.body(ctx);
    String line = body.text("command");
    body.check();
    CommandRelay.Answer answer =
        orchestrator
            .relay()
            .run(
                customerId,
                requests.id(ctx, "id"),
                requests.identity(ctx).email(),
                CommandRelay.words(line));
    requests.write(ctx, 200, answer);
  }

  /** A resource as an operator sees it. */
  record Item(
      UUID customerId,
      UUID id,
      String name,
      String product,
      String provisioner,
      String desired,
      ResourceStatus status,
      @Nullable String message,
      List<String> drift,
      int attempts,
      @Nullable Instant nextAttemptAt) {
    static Item of(Resource resource) {
      return new Item(
          resource.customerId(),
          resource.id(),
          resource.name(),
          resource.productCode(),
          resource.provisioner(),
          resource.desired().name(),
          resource.status(),
          resource.message().orElse(null),
          resource.drift(),
          resource.attempts(),
          resource.nextAttemptAt().orElse(null));
    }
  }

  private void resources(Context ctx) {
    ResourceStatus status =
        Objects.requireNonNullElse(
            requests.word(ctx, "status", ResourceStatus.class), ResourceStatus.FAILED);
    Map<String, Object> body = new TreeMap<>();
    body.put("counts", orchestrator.resources().counts());
    body.put("items", orchestrator.resources().in(status, 1000).stream().map(Item::of).toList());
    requests.write(ctx, 200, body);
  }

  private void retry(Context ctx) {
    orchestrator.retry(requests.id(ctx, "id"), requests.id(ctx, "resource"));
    services.doDueWork().run();
    requests.write(ctx, 202, Map.of("retried", true));
  }

  /** A difference as an operator sees it. */
  record Line(
      String provisioner,
      @Nullable UUID customerId,
      UUID id,
      String name,
      String action,
      boolean onlyReported,
      List<String> reasons) {
    static Line of(Difference difference) {
      return new Line(
          difference.provisioner(),
          difference.customerId().orElse(null),
          difference.id(),
          difference.name(),
          difference.action().name(),
          difference.action().onlyReports(),
          difference.reasons());
    }
  }

  private void plan(Context ctx) {
    requests.write(ctx, 200, told(orchestrator.reconciler().plan()));
  }

  private void apply(Context ctx) {
    Orchestrator.Applied applied = orchestrator.apply(PATIENCE);
    Map<String, Object> body = told(applied.left());
    body.put("worked", applied.worked());
    requests.write(ctx, 200, body);
  }

  private static Map<String, Object> told(Reconciler.Plan plan) {
    Map<String, Object> body = new TreeMap<>();
    body.put("items", plan.differences().stream().map(Line::of).toList());
    body.put("unseen", plan.unseen());
    return body;
  }

  private void orphans(Context ctx) {
    requests.write(ctx, 200, Map.of("items", orchestrator.resources().orphans()));
  }

  private void deleteOrphan(Context ctx) {
    Outcome outcome =
        orchestrator.removeOrphan(ctx.pathParam("provisioner"), requests.id(ctx, "id"), PATIENCE);
    Map<String, Object> body = new TreeMap<>();
    body.put("deleted", outcome instanceof Outcome.Ready);
    if (outcome instanceof Outcome.InProgress progress) {
      body.put("message", progress.message());
    } else if (outcome instanceof Outcome.Failed failed) {
      body.put("message", failed.message());
    }
    requests.write(ctx, 200, body);
  }
}

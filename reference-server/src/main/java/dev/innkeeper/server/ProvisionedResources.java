package dev.innkeeper.server;

import dev.innkeeper.billing.problem.InvalidInput.Violation;
import dev.innkeeper.server.provisioning.Orchestrator;
import dev.innkeeper.server.runtime.Resources;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What the orchestrator knows, in the words of pages and routes. Thread-safe. */
final class ProvisionedResources implements Resources {
  private final Orchestrator orchestrator;

  ProvisionedResources(Orchestrator orchestrator) {
    this.orchestrator = orchestrator;
  }

  @Override
  public Optional<Resources.Resource> of(UUID customerId, UUID subscriptionId) {
    return orchestrator
        .resources()
        .find(customerId, subscriptionId)
        .map(ProvisionedResources::told);
  }

  private static Resources.Resource told(dev.innkeeper.server.provisioning.Resource resource) {
    State state =
        switch (resource.status()) {
          case REQUESTED, IN_PROGRESS -> State.STARTING;
          case RUNNING -> State.RUNNING;
          case FAILED -> State.FAILED;
          case SUSPENDED -> State.SUSPENDED;
          case TERMINATING, GONE -> State.GONE;
        };
    boolean reachable = state == State.RUNNING || state == State.SUSPENDED;
    return new Resources.Resource(
        state,
        reachable ? resource.facts().get("url") : null,
        state == State.RUNNING ? null : resource.message().orElse(null));
  }

  @Override
  public List<Violation> check(String productCode, Map<String, String> options, String name) {
    return orchestrator.check(productCode, options, name).stream()
        .map(problem -> new Violation(problem.field(), problem.message()))
        .toList();
  }
}

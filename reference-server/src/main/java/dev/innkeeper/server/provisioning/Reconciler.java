package dev.innkeeper.server.provisioning;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.provisioner.Observation;
import dev.innkeeper.provisioner.ObservedResource;
import dev.innkeeper.provisioner.Provisioner;
import dev.innkeeper.provisioner.ResourceState;
import dev.innkeeper.server.plugins.Provisioners;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at whole worlds, and finds what is not as it should be. Thread-safe. */
public final class Reconciler {
  private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);
  private static final int PAGE = 1000;

  private final Database server;
  private final ResourceStore store;
  private final Provisioners provisioners;
  private final Supplier<Times> clock;

  Reconciler(
      Database server, ResourceStore store, Provisioners provisioners, Supplier<Times> clock) {
    this.server = server;
    this.store = store;
    this.provisioners = provisioners;
    this.clock = clock;
  }

  /**
   * What reconciling would do, and what it would only report. Changes nothing.
   *
   * @param differences of all provisioners
   * @param unseen provisioners whose world could not be looked at, and why
   */
  public record Plan(List<Difference> differences, Map<String, String> unseen) {
    public Plan {
      differences = List.copyOf(differences);
      unseen = Map.copyOf(unseen);
    }
  }

  /** Compares all worlds with what should be. */
  public Plan plan() {
    List<Difference> differences = new ArrayList<>();
    Map<String, String> unseen = new HashMap<>();
    for (String name : provisioners.names()) {
      try {
        Map<UUID, ObservedResource> world = world(name);
        eachRow(
            name, (row, seen) -> Differences.between(row, seen).ifPresent(differences::add), world);
        world.values().forEach(orphan -> differences.add(orphan(name, orphan)));
      } catch (RuntimeException e) {
        unseen.put(name, String.valueOf(e.getMessage()));
      }
    }
    return new Plan(differences, unseen);
  }

  /**
   * Compares one world with what should be, has done what there is to do, and writes down the rest.
   *
   * @return how many resources changed or will be changed
   * @throws RuntimeException as the provisioner does, when its world can't be looked at
   */
  int sweep(String provisioner) {
    Times now = clock.get();
    Map<UUID, ObservedResource> world = world(provisioner);
    int[] changed = {0};
    eachRow(
        provisioner,
        (row, seen) -> {
          if (row.resource().settled() && row.claim().isEmpty()) {
            changed[0] += settle(row, seen, now) ? 1 : 0;
          }
        },
        world);
    reportOrphans(provisioner, stillThere(provisioner, world), now);
    return changed[0];
  }

  private boolean settle(ResourceStore.Stored row, Observation seen, Times now) {
    Resource resource = row.resource();
    Optional<Difference> difference = Differences.between(row, seen);
    if (difference.isEmpty()) {
      boolean recovered = resource.status() == ResourceStatus.FAILED && isAsDesired(row, seen);
      return (recovered || !resource.drift().isEmpty())
          && store(row, seenAs(asDesired(resource), Optional.empty(), List.of(), row), now);
    }
    List<String> reasons = difference.get().reasons();
    if (difference.get().action().onlyReports()) {
      return !resource.drift().equals(reasons)
          && store(
              row, seenAs(ResourceStatus.FAILED, Optional.of(reasons.get(0)), reasons, row), now);
    }
    if (resource.status() == ResourceStatus.FAILED) {
      // Given up on, and told so: it waits for somebody's word, or for another plan.
      return false;
    }
    LOG.info("{}", difference.get());
    Verdict act = seenAs(resource.status(), resource.message(), reasons, row).at(now.real());
    return store(row, act, now);
  }

  private static boolean isAsDesired(ResourceStore.Stored row, Observation seen) {
    return seen.state()
        == (row.resource().desired() == DesiredState.RUNNING
            ? ResourceState.RUNNING
            : ResourceState.SUSPENDED);
  }

  private static ResourceStatus asDesired(Resource resource) {
    return switch (resource.desired()) {
      case RUNNING -> ResourceStatus.RUNNING;
      case SUSPENDED -> ResourceStatus.SUSPENDED;
      case ABSENT -> ResourceStatus.GONE;
    };
  }

  private static Verdict seenAs(
      ResourceStatus status,
      Optional<String> message,
      List<String> drift,
      ResourceStore.Stored row) {
    return new Verdict(
        status, message, row.resource().facts(), drift, 0, Optional.empty(), Optional.empty());
  }

  private boolean store(ResourceStore.Stored row, Verdict verdict, Times now) {
    return server.tx(handle -> store.seen(handle, row, verdict, now));
  }

  private Map<UUID, ObservedResource> world(String name) {
    server.requireNoTransaction();
    Provisioner provisioner = provisioners.find(name).orElseThrow();
    Map<UUID, ObservedResource> world = new HashMap<>();
    provisioner.inventory(found -> world.put(found.ref().id().value(), found));
    return world;
  }

  /** Calls for each row of a provisioner, and takes what it is about out of the world. */
  private void eachRow(
      String provisioner,
      BiConsumer<ResourceStore.Stored, Observation> each,
      Map<UUID, ObservedResource> world) {
    UUID after = new UUID(0, 0);
    List<ResourceStore.Stored> page;
    do {
      UUID from = after;
      page = server.tx(handle -> store.ofProvisioner(handle, provisioner, from, PAGE));
      for (ResourceStore.Stored row : page) {
        after = row.resource().id();
        ObservedResource found = world.remove(after);
        each.accept(row, found == null ? Observation.absent() : found.observation());
      }
    } while (page.size() == PAGE);
  }

  /** Without those that were removed between the look at the world and the one at the rows. */
  private List<ObservedResource> stillThere(
      String provisioner, Map<UUID, ObservedResource> leftOver) {
    Provisioner with = provisioners.find(provisioner).orElseThrow();
    return leftOver.values().stream()
        .filter(found -> with.observe(found.ref()).state() != ResourceState.ABSENT)
        .toList();
  }

  private static Difference orphan(String provisioner, ObservedResource found) {
    return new Difference(
        provisioner,
        Optional.empty(),
        found.ref().id().value(),
        found.ref().name(),
        Difference.Action.REPORT_ORPHAN,
        List.of("it is " + found.observation().state() + " and belongs to no subscription"));
  }

  /**
   * Keeps the list of orphans: those still there, with when they were first seen, and no others.
   */
  private void reportOrphans(String provisioner, List<ObservedResource> left, Times now) {
    server.run(
        handle -> {
          for (ObservedResource orphan : left) {
            handle
                .createUpdate(
                    "insert into @.orphan (provisioner, resource_id, name, state, first_seen_at,"
                        + " last_seen_at) values (:provisioner, :id, :name, :state, :now, :now)"
                        + " on conflict (provisioner, resource_id) do update"
                        + " set state = excluded.state, last_seen_at = excluded.last_seen_at")
                .bind("provisioner", provisioner)
                .bind("id", orphan.ref().id().value())
                .bind("name", orphan.ref().name())
                .bind("state", orphan.observation().state())
                .bind("now", ResourceStore.at(now.real()))
                .execute();
          }
          handle
              .createUpdate(
                  "delete from @.orphan where provisioner = :provisioner and last_seen_at < :now")
              .bind("provisioner", provisioner)
              .bind("now", ResourceStore.at(now.real()))
              .execute();
        });
    if (!left.isEmpty()) {
      LOG.warn("{} has {} resources that nobody is entitled to", provisioner, left.size());
    }
  }
}

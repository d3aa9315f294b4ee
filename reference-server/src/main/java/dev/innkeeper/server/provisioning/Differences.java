package dev.innkeeper.server.provisioning;

import dev.innkeeper.provisioner.Observation;
import dev.innkeeper.provisioner.ResourceId;
import dev.innkeeper.provisioner.ResourceRef;
import dev.innkeeper.provisioner.ResourceSpec;
import dev.innkeeper.provisioner.ResourceState;
import dev.innkeeper.server.provisioning.Difference.Action;
import java.util.List;
import java.util.Optional;

/** Compares what should be with what is. Pure. */
final class Differences {
  private Differences() {}

  static ResourceRef ref(Resource resource) {
    return new ResourceRef(new ResourceId(resource.id()), resource.name());
  }

  /**
   * @throws IllegalArgumentException when the stored parameters are no workload
   */
  static ResourceSpec spec(ResourceStore.Stored row) {
    return new ResourceSpec(
        ref(row.resource()),
        row.resource().customerId().toString(),
        Workloads.read(row.workload()));
  }

  static Optional<Difference> between(ResourceStore.Stored row, Observation seen) {
    return switch (row.resource().desired()) {
      case RUNNING -> shouldRun(row, seen);
      case SUSPENDED -> shouldRest(row, seen);
      case ABSENT ->
          seen.state() == ResourceState.ABSENT
              ? Optional.empty()
              : of(row, Action.REMOVE, "its subscription has ended and it is " + words(seen));
    };
  }

  private static Optional<Difference> shouldRun(ResourceStore.Stored row, Observation seen) {
    return switch (seen.state()) {
      case ABSENT -> of(row, Action.CREATE, "it is paid for and not there");
      case SUSPENDED -> of(row, Action.START, "it is paid for and suspended");
      case TERMINATING -> of(row, Action.CREATE, "it is paid for and on its way out");
      case FAILED ->
          of(row, Action.REPORT_FAILING, seen.message().orElse("it should run and can't"));
      case STARTING -> Optional.empty();
      case RUNNING -> asSpecified(row, seen);
    };
  }

  private static Optional<Difference> asSpecified(ResourceStore.Stored row, Observation seen) {
    if (!seen.drift().isEmpty()) {
      return Optional.of(difference(row, Action.REPAIR, seen.drift()));
    }
    String wanted;
    try {
      wanted = spec(row).digest();
    } catch (IllegalArgumentException e) {
      return of(row, Action.REPORT_FAILING, String.valueOf(e.getMessage()));
    }
    return seen.specDigest().filter(digest -> !digest.equals(wanted)).isPresent()
        ? of(row, Action.CHANGE, "it runs as it was sold before, not as it is sold now")
        : Optional.empty();
  }

  private static Optional<Difference> shouldRest(ResourceStore.Stored row, Observation seen) {
    return switch (seen.state()) {
      case RUNNING, STARTING, FAILED ->
          of(row, Action.SUSPEND, "it is suspended and yet " + words(seen));
      case ABSENT ->
          row.made()
              ? of(row, Action.REPORT_LOST, "it is suspended and its data is not there any more")
              : Optional.empty();
      case SUSPENDED, TERMINATING -> Optional.empty();
    };
  }

  private static String words(Observation seen) {
    return seen.state().name().toLowerCase(java.util.Locale.ROOT);
  }

  private static Optional<Difference> of(ResourceStore.Stored row, Action action, String reason) {
    return Optional.of(difference(row, action, List.of(reason)));
  }

  private static Difference difference(
      ResourceStore.Stored row, Action action, List<String> reasons) {
    Resource resource = row.resource();
    return new Difference(
        resource.provisioner(),
        Optional.of(resource.customerId()),
        resource.id(),
        resource.name(),
        action,
        reasons);
  }
}

package dev.innkeeper.provisioner.k8s;

import dev.innkeeper.provisioner.capability.Metered.Reading;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Adds up what a project's pods reserved, what its claims hold, and how long it had its nodes,
 * within one interval.
 */
final class PodHours {
  private static final BigDecimal MILLIS_PER_HOUR = BigDecimal.valueOf(3_600_000);
  private static final BigDecimal BYTES_PER_GIGABYTE = BigDecimal.valueOf(1L << 30);

  /** As many as usage records hold. */
  private static final int DECIMALS = 9;

  private final Instant from;
  private final Instant to;

  PodHours(Instant from, Instant to) {
    this.from = from;
    this.to = to;
  }

  List<Reading> of(List<Pod> pods, List<PersistentVolumeClaim> claims, List<Node> nodes) {
    BigDecimal podMillis = BigDecimal.ZERO;
    BigDecimal coreMillis = BigDecimal.ZERO;
    BigDecimal memoryMillis = BigDecimal.ZERO;
    for (Pod pod : pods) {
      BigDecimal millis = millis(started(pod), ended(pod));
      podMillis = podMillis.add(millis);
      coreMillis = coreMillis.add(millis.multiply(requested(pod, "cpu")));
      memoryMillis = memoryMillis.add(millis.multiply(requested(pod, "memory")));
    }
    BigDecimal volumeMillis = BigDecimal.ZERO;
    for (PersistentVolumeClaim claim : claims) {
      volumeMillis = volumeMillis.add(millis(created(claim), to).multiply(capacity(claim)));
    }
    BigDecimal nodeMillis = BigDecimal.ZERO;
    for (Node node : nodes) {
      nodeMillis = nodeMillis.add(millis(claimed(node), to));
    }
    return List.of(
        new Reading("pod", hours(podMillis), "pod·h"),
        new Reading("cpu-core", hours(coreMillis), "core·h"),
        new Reading("memory-gb", hours(memoryMillis.divide(BYTES_PER_GIGABYTE)), "GB·h"),
        new Reading("volume-gb", hours(volumeMillis.divide(BYTES_PER_GIGABYTE)), "GB·h"),
        new Reading("node", hours(nodeMillis), "node·h"));
  }

  private static BigDecimal hours(BigDecimal millis) {
    return millis.divide(MILLIS_PER_HOUR, DECIMALS, RoundingMode.HALF_UP);
  }

  private BigDecimal millis(Instant began, Instant ended) {
    Instant first = began.isBefore(from) ? from : began;
    Instant last = ended.isAfter(to) ? to : ended;
    return BigDecimal.valueOf(Math.max(0, Duration.between(first, last).toMillis()));
  }

  /** Nothing before it was placed on a node: waiting costs nobody anything. */
  private Instant started(Pod pod) {
    return Optional.ofNullable(pod.getStatus())
        .map(status -> status.getStartTime())
        .map(Instant::parse)
        .orElse(to);
  }

  private Instant ended(Pod pod) {
    if (PodWords.lives(pod)) {
      return to;
    }
    return pod.getStatus().getContainerStatuses().stream()
        .map(ContainerStatus::getState)
        .filter(state -> state != null && state.getTerminated() != null)
        .map(state -> state.getTerminated().getFinishedAt())
        .filter(text -> text != null)
        .map(Instant::parse)
        .max(Instant::compareTo)
        .orElse(started(pod));
  }

  private static Instant created(HasMetadata object) {
    return Instant.parse(object.getMetadata().getCreationTimestamp());
  }

  private static Instant claimed(Node node) {
    return Labels.annotation(node, Labels.CLAIMED_AT)
        .map(Instant::parse)
        .orElseGet(() -> created(node));
  }

  private static BigDecimal requested(Pod pod, String what) {
    BigDecimal sum = BigDecimal.ZERO;
    for (Container container : pod.getSpec().getContainers()) {
      if (container.getResources() != null) {
        sum = sum.add(amount(container.getResources().getRequests(), what));
      }
    }
    return sum;
  }

  private static BigDecimal capacity(PersistentVolumeClaim claim) {
    Map<String, Quantity> bound =
        claim.getStatus() == null ? null : claim.getStatus().getCapacity();
    return amount(bound, "storage");
  }

  private static BigDecimal amount(
      @org.jspecify.annotations.Nullable Map<String, Quantity> amounts, String what) {
    Quantity amount = amounts == null ? null : amounts.get(what);
    return amount == null ? BigDecimal.ZERO : amount.getNumericalAmount();
  }
}

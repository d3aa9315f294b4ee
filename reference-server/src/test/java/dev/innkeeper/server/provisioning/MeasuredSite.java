package dev.innkeeper.server.provisioning;

import dev.innkeeper.provisioner.CostEstimate;
import dev.innkeeper.provisioner.Observation;
import dev.innkeeper.provisioner.ObservedResource;
import dev.innkeeper.provisioner.Outcome;
import dev.innkeeper.provisioner.Provisioner;
import dev.innkeeper.provisioner.ResourceRef;
import dev.innkeeper.provisioner.ResourceSpec;
import dev.innkeeper.provisioner.SpecProblem;
import dev.innkeeper.provisioner.capability.Metered;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Uses one request a second, whatever happens, and costs 0.36 EUR an hour. */
final class MeasuredSite implements Provisioner, Metered {
  final ScriptedProvisioner site = new ScriptedProvisioner();
  final AtomicInteger asked = new AtomicInteger();

  /** What comes between the measurement and its answer. */
  volatile Runnable before = () -> {};

  @Override
  public List<Reading> usage(ResourceRef ref, Instant from, Instant to) {
    asked.incrementAndGet();
    before.run();
    BigDecimal seconds = BigDecimal.valueOf(Duration.between(from, to).toMillis(), 3);
    return List.of(
        new Reading("requests", seconds, "piece"), new Reading("unsold", seconds, "piece"));
  }

  @Override
  public Optional<CostEstimate> quote(ResourceSpec spec) {
    return Optional.of(new CostEstimate("EUR", new BigDecimal("0.36"), "a site"));
  }

  @Override
  public List<SpecProblem> validate(ResourceSpec spec) {
    return site.validate(spec);
  }

  @Override
  public Outcome ensureRunning(ResourceSpec spec) {
    return site.ensureRunning(spec);
  }

  @Override
  public Outcome ensureSuspended(ResourceRef ref) {
    return site.ensureSuspended(ref);
  }

  @Override
  public Outcome ensureAbsent(ResourceRef ref) {
    return site.ensureAbsent(ref);
  }

  @Override
  public Observation observe(ResourceRef ref) {
    return site.observe(ref);
  }

  @Override
  public void inventory(Consumer<ObservedResource> each) {
    site.inventory(each);
  }
}

package dev.innkeeper.server.provisioning;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.catalog.CatalogSnapshot;
import dev.innkeeper.billing.catalog.Meter;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.usage.UsageRecord;
import dev.innkeeper.billing.usage.UsageReport;
import dev.innkeeper.provisioner.CostEstimate;
import dev.innkeeper.provisioner.Provisioner;
import dev.innkeeper.provisioner.capability.Metered;
import dev.innkeeper.server.plugins.Provisioners;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has provisioners measured and the engine told, each interval once. What a provisioner answers is
 * stored together with the watermark that moves over its interval, and handed to the engine
 * afterwards under a key of that interval: a server that dies in between, or two that read at once,
 * neither lose nor double anything. Thread-safe, and safe on several nodes at once.
 */
public final class Metering {
  private static final Logger LOG = LoggerFactory.getLogger(Metering.class);
  private static final BigDecimal MILLIS_PER_HOUR = BigDecimal.valueOf(3_600_000);
  private static final int COST_DECIMALS = 12;

  /** As many as a usage record holds. */
  private static final int QUANTITY_DECIMALS = 9;

  /** Intervals of one resource that are read in a row, so that one can't hold up all others. */
  private static final int CATCH_UP_MAX = 48;

  private static final int BATCH_MAX = 500;
  private static final int HISTORY_MAX = 1000;
  private static final int LISTED_MAX = 1000;

  private final BillingEngine engine;
  private final Database server;
  private final Provisioners provisioners;
  private final ResourceStore resources;
  private final MeteredStore store;
  private final Supplier<Times> clock;
  private final Policy policy;

  /**
   * How it is read.
   *
   * @param interval length of an interval; they begin at its multiples, so hours are full hours
   * @param shortest below which the rest of an interval is not read before a change
   * @param again when a provisioner that did not answer is asked again
   */
  record Policy(Duration interval, Duration shortest, Duration again) {
    static Policy standard() {
      return new Policy(Duration.ofHours(1), Duration.ofMinutes(1), Duration.ofMinutes(5));
    }
  }

  /** What it stands on. */
  record Parts(
      BillingEngine engine,
      Database server,
      Provisioners provisioners,
      ResourceStore resources,
      MeteredStore store,
      Supplier<Times> clock) {}

  Metering(Parts parts, Policy policy) {
    this.engine = parts.engine();
    this.server = parts.server();
    this.provisioners = parts.provisioners();
    this.resources = parts.resources();
    this.store = parts.store();
    this.clock = parts.clock();
    this.policy = policy;
  }

  /** What a resource has cost the hoster in all, in major units by currency. */
  public Map<String, BigDecimal> costs(UUID customerId, UUID id) {
    return server.tx(handle -> store.costs(handle, customerId, id));
  }

  /** What all resources cost, summed. */
  public CostReport report() {
    return new CostReport(server);
  }

  /** What was read of a resource, the latest first, at most {@code limit} and 1000. */
  public List<MeteredInterval> intervals(UUID customerId, UUID id, int limit) {
    return server.tx(
        handle -> store.latest(handle, customerId, id, Math.max(1, Math.min(limit, LISTED_MAX))));
  }

  /**
   * Reads what is due and hands it to the engine; one bounded batch.
   *
   * @return how many intervals were read; 0 when nothing is due
   */
  int round() {
    server.requireNoTransaction();
    hand();
    decide();
    Instant now = clock.get().engine();
    int read = 0;
    for (MeteredStore.Watermark due : server.tx(handle -> store.due(handle, now, BATCH_MAX))) {
      read += catchUp(due, now);
    }
    hand();
    return read;
  }

  /** Reads the rest until now, before something that the readings would not show any more. */
  void closeOff(ResourceStore.Stored row) {
    Resource resource = row.resource();
    if (watermark(resource).isEmpty()) {
      decide(
          new MeteredStore.Watermark(resource.customerId(), resource.id(), resource.createdAt()),
          row);
    }
    Optional<MeteredStore.Watermark> found = watermark(resource);
    if (found.isEmpty()) {
      return;
    }
    Instant now = clock.get().engine();
    catchUp(found.get(), now);
    Optional<MeteredStore.Watermark> last = watermark(resource);
    if (last.isPresent()
        && Duration.between(last.get().readTo(), now).compareTo(policy.shortest()) >= 0) {
      Instant end = now.truncatedTo(ChronoUnit.MILLIS);
      if (end.isBefore(nextBoundary(last.get().readTo()))) {
        read(last.get(), row, end);
      }
    }
  }

  private Optional<MeteredStore.Watermark> watermark(Resource resource) {
    return server.tx(handle -> store.watermark(handle, resource.customerId(), resource.id()));
  }

  private void decide() {
    for (MeteredStore.Watermark each : server.tx(handle -> store.undecided(handle, BATCH_MAX))) {
      find(each).ifPresent(row -> decide(each, row));
    }
  }

  /** Whether a resource is read at all: what can be measured or has a price. */
  private void decide(MeteredStore.Watermark each, ResourceStore.Stored row) {
    Optional<Provisioner> provisioner = provisioners.find(row.resource().provisioner());
    if (provisioner.isEmpty()) {
      return;
    }
    boolean counts =
        provisioner.get() instanceof Metered || estimate(provisioner.get(), row).isPresent();
    MeteredStore.Watermark from =
        new MeteredStore.Watermark(
            each.customerId(), each.id(), each.readTo().truncatedTo(ChronoUnit.MILLIS));
    server.run(handle -> store.begin(handle, from, counts ? nextBoundary(from.readTo()) : null));
  }

  private Optional<ResourceStore.Stored> find(MeteredStore.Watermark of) {
    return server.tx(handle -> resources.find(handle, of.customerId(), of.id()));
  }

  private int catchUp(MeteredStore.Watermark due, Instant now) {
    int read = 0;
    MeteredStore.Watermark at = due;
    while (read < CATCH_UP_MAX) {
      Instant to = nextBoundary(at.readTo());
      Optional<ResourceStore.Stored> row = find(at);
      if (row.isEmpty() || row.get().resource().status() == ResourceStatus.GONE) {
        MeteredStore.Watermark gone = at;
        server.run(handle -> store.postpone(handle, gone, null));
        return read;
      }
      if (to.isAfter(now) || !read(at, row.get(), to)) {
        return read;
      }
      at = new MeteredStore.Watermark(at.customerId(), at.id(), to);
      read++;
    }
    return read;
  }

  /** The next multiple of the interval. */
  private Instant nextBoundary(Instant after) {
    long interval = policy.interval().toMillis();
    return Instant.ofEpochMilli((Math.floorDiv(after.toEpochMilli(), interval) + 1) * interval);
  }

  /**
   * @return whether the watermark stands at the end now, by us or by somebody who was faster
   */
  private boolean read(MeteredStore.Watermark from, ResourceStore.Stored row, Instant to) {
    Optional<Provisioner> provisioner = provisioners.find(row.resource().provisioner());
    if (provisioner.isEmpty()) {
      postpone(from);
      return false;
    }
    try {
      MeteredInterval interval = measure(provisioner.get(), row, from.readTo(), to);
      server.run(handle -> store.keep(handle, interval, nextBoundary(to)));
      return true;
    } catch (RuntimeException | LinkageError e) {
      LOG.warn("can't meter {}, and try again: {}", row.resource().id(), e.toString());
      postpone(from);
      return false;
    }
  }

  private void postpone(MeteredStore.Watermark watermark) {
    Instant again = clock.get().engine().plus(policy.again());
    server.run(handle -> store.postpone(handle, watermark, again));
  }

  private MeteredInterval measure(
      Provisioner provisioner, ResourceStore.Stored row, Instant from, Instant to) {
    Resource resource = row.resource();
    List<Metered.Reading> readings =
        provisioner instanceof Metered metered
            ? Attempt.within(provisioner, () -> metered.usage(Differences.ref(resource), from, to))
            : List.of();
    Duration running = running(resource, from, to);
    Optional<MeteredInterval.Cost> cost =
        estimate(provisioner, row)
            .map(
                hour ->
                    new MeteredInterval.Cost(
                        hour.currency(),
                        hour.perHour()
                            .multiply(BigDecimal.valueOf(running.toMillis()))
                            .divide(MILLIS_PER_HOUR, COST_DECIMALS, RoundingMode.HALF_UP)));
    return new MeteredInterval(
        resource.customerId(), resource.id(), from, to, readings, running, cost, Optional.empty());
  }

  private static Optional<CostEstimate> estimate(
      Provisioner provisioner, ResourceStore.Stored row) {
    try {
      return Attempt.within(provisioner, () -> provisioner.quote(Differences.spec(row)));
    } catch (IllegalArgumentException e) {
      // A template that makes no workload has no price; the attempts to run it say so.
      return Optional.empty();
    }
  }

  /**
   * Without the time before it first ran and the time in which it was suspended. What is being
   * changed or fails goes on counting as what it was: the machine is there.
   */
  private Duration running(Resource resource, Instant from, Instant to) {
    List<Resource.Change> changes =
        server.tx(
            handle -> resources.history(handle, resource.customerId(), resource.id(), HISTORY_MAX));
    Duration running = Duration.ZERO;
    boolean on = false;
    Instant at = from;
    for (int i = changes.size() - 1; i >= 0; i--) {
      Resource.Change change = changes.get(i);
      Instant when = change.at().isBefore(from) ? from : change.at().isAfter(to) ? to : change.at();
      if (on) {
        running = running.plus(Duration.between(at, when));
      }
      at = when;
      on =
          switch (change.status()) {
            case RUNNING -> true;
            case SUSPENDED, GONE, REQUESTED -> false;
            case IN_PROGRESS, FAILED, TERMINATING -> on;
          };
    }
    return on ? running.plus(Duration.between(at, to)) : running;
  }

  /** Tells the engine what was read, as often as it takes: its keys make that once. */
  private void hand() {
    List<MeteredInterval> waiting;
    do {
      waiting = server.tx(handle -> store.unrecorded(handle, BATCH_MAX));
      CatalogSnapshot catalog = engine.catalog().snapshot();
      for (MeteredInterval interval : waiting) {
        Optional<String> refused = record(catalog, interval);
        server.run(handle -> store.recorded(handle, interval, refused));
      }
    } while (waiting.size() == BATCH_MAX);
  }

  /** Meters that the catalog does not sell are kept with the interval, and not recorded. */
  private Optional<String> record(CatalogSnapshot catalog, MeteredInterval interval) {
    List<UsageRecord> records = new ArrayList<>();
    Instant to = endOf(interval);
    for (Metered.Reading reading : interval.readings()) {
      boolean counted =
          catalog.meter(reading.meter()).filter(m -> m.kind() == Meter.Kind.COUNTER).isPresent();
      if (counted && reading.quantity().signum() > 0) {
        records.add(
            UsageRecord.of(
                interval.customerId(),
                interval.id(),
                reading.meter(),
                reading.quantity().setScale(QUANTITY_DECIMALS, RoundingMode.HALF_UP),
                interval.from(),
                to,
                "metered/" + reading.meter() + "/" + interval.from()));
      }
    }
    UsageReport report = engine.usage().recordAll(records);
    String refused =
        report.rejected().stream()
            // Recorded before a crash, with an end that has moved since.
            .filter(each -> !each.field().equals("idempotencyKey"))
            .map(each -> each.idempotencyKey() + " " + each.field() + ": " + each.reason())
            .collect(Collectors.joining("; "));
    if (refused.isEmpty()) {
      return Optional.empty();
    }
    LOG.warn("usage of {} was refused: {}", interval.id(), refused);
    return Optional.of(refused);
  }

  /** Usage can't be recorded beyond a subscription's end, and what ran on a moment longer can. */
  private Instant endOf(MeteredInterval interval) {
    Instant ended = engine.subscriptions().get(interval.customerId(), interval.id()).endedAt();
    if (ended == null || !ended.isBefore(interval.to())) {
      return interval.to();
    }
    return ended.isBefore(interval.from()) ? interval.from() : ended;
  }
}

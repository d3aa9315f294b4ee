package dev.innkeeper.billing.usage;

import dev.innkeeper.billing.catalog.BillingMode;
import dev.innkeeper.billing.catalog.CatalogSnapshot;
import dev.innkeeper.billing.catalog.Meter;
import dev.innkeeper.billing.usage.SubscriptionLives.Lived;
import dev.innkeeper.billing.usage.UsageReport.Rejected;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Sorts a batch into records that can be kept and records that are refused, with the reason. */
final class UsageChecks {
  static final Duration SPAN_MAX = Duration.ofDays(32);
  private static final BigDecimal QUANTITY_MAX = new BigDecimal("1000000000000");
  private static final int DECIMALS_MAX = 9;
  private static final int TEXT_LENGTH_MAX = 200;

  private final CatalogSnapshot catalog;
  private final UsagePolicy policy;
  private final Instant now;
  private final List<Rejected> rejected = new ArrayList<>();
  private final List<Integer> sound = new ArrayList<>();
  private final Set<UUID> endedCustomers = new HashSet<>();
  private final Set<UUID> prepaidCustomers = new HashSet<>();

  UsageChecks(CatalogSnapshot catalog, UsagePolicy policy, Instant now) {
    this.catalog = catalog;
    this.policy = policy;
    this.now = now;
  }

  List<Rejected> rejected() {
    return rejected;
  }

  /** Indexes of what may be recorded, in order. */
  List<Integer> sound() {
    return sound;
  }

  /**
   * Customers of sound records whose subscription is invoiced and has an end: they may not be due
   * any more.
   */
  Set<UUID> endedCustomers() {
    return endedCustomers;
  }

  /** Customers of sound records whose subscription is prepaid. */
  Set<UUID> prepaidCustomers() {
    return prepaidCustomers;
  }

  void check(List<UsageRecord> records, SubscriptionLives lives) {
    Set<SubscriptionLives.Named> subscriptions = new HashSet<>();
    for (UsageRecord record : records) {
      subscriptions.add(new SubscriptionLives.Named(record.customerId(), record.subscriptionId()));
    }
    Map<UUID, Lived> known = lives.of(subscriptions);
    for (int i = 0; i < records.size(); i++) {
      UsageRecord record = records.get(i);
      Lived life = known.get(record.subscriptionId());
      Fault fault = fault(record, life);
      if (fault == null) {
        sound.add(i);
        if (life != null) {
          remember(life);
        }
      } else {
        reject(i, record, fault.field(), fault.reason());
      }
    }
  }

  private void remember(Lived life) {
    if (catalog.version(life.priceVersionId()).billing() == BillingMode.PREPAID) {
      prepaidCustomers.add(life.customerId());
    } else if (life.end() != null) {
      endedCustomers.add(life.customerId());
    }
  }

  void reject(int index, UsageRecord record, String field, String reason) {
    rejected.add(new Rejected(index, record.idempotencyKey(), field, reason));
  }

  private record Fault(String field, String reason) {}

  private @Nullable Fault fault(UsageRecord record, @Nullable Lived life) {
    if (!isText(record.idempotencyKey())) {
      return new Fault("idempotencyKey", "must have 1 to 200 characters, none of them control");
    }
    if (record.item() != null && !isText(record.item())) {
      return new Fault("item", "must have 1 to 200 characters, none of them control");
    }
    if (record.replaces() != null && !isText(record.replaces())) {
      return new Fault("replaces", "must have 1 to 200 characters, none of them control");
    }
    if (record.idempotencyKey().equals(record.replaces())) {
      return new Fault("replaces", "a record can't replace itself");
    }
    Fault fault = quantityFault(record);
    if (fault == null) {
      fault = timeFault(record);
    }
    return fault == null ? lifeFault(record, life) : fault;
  }

  private @Nullable Fault quantityFault(UsageRecord record) {
    Meter meter = catalog.meter(record.meter()).orElse(null);
    if (meter == null) {
      String name = record.meter();
      return new Fault(
          "meter", "there is no meter '" + name.substring(0, Math.min(40, name.length())) + "'");
    }
    BigDecimal quantity = record.quantity();
    if (quantity.abs().compareTo(QUANTITY_MAX) > 0) {
      return new Fault("quantity", "must be at most " + QUANTITY_MAX.toPlainString());
    }
    if (quantity.scale() > DECIMALS_MAX && quantity.stripTrailingZeros().scale() > DECIMALS_MAX) {
      return new Fault("quantity", "has more than " + DECIMALS_MAX + " decimals");
    }
    if (meter.kind() == Meter.Kind.GAUGE && quantity.signum() < 0) {
      return new Fault("quantity", "a gauge is never negative; replace the record instead");
    }
    if (meter.aggregation() == Meter.Aggregation.UNIQUE && record.item() == null) {
      return new Fault("item", "is missing: the meter counts different items");
    }
    return null;
  }

  private @Nullable Fault timeFault(UsageRecord record) {
    if (record.to().isBefore(record.from())) {
      return new Fault("to", "is before from");
    }
    if (record.from().isBefore(now.minus(policy.cutoff()))) {
      return new Fault(
          "from",
          record.from()
              + " is longer ago than the "
              + policy.cutoff().toDays()
              + " days in which usage is taken");
    }
    if (record.to().isAfter(now.plus(policy.clockSkew()))) {
      return new Fault("to", record.to() + " lies in the future");
    }
    if (Duration.between(record.from(), record.to()).compareTo(SPAN_MAX) > 0) {
      return new Fault("to", "a record spans at most " + SPAN_MAX.toDays() + " days; split it");
    }
    return null;
  }

  private static @Nullable Fault lifeFault(UsageRecord record, @Nullable Lived life) {
    if (life == null || !life.customerId().equals(record.customerId())) {
      return new Fault(
          "subscriptionId", "the customer has no subscription " + record.subscriptionId());
    }
    if (record.from().isBefore(life.start())) {
      return new Fault("from", "is before the subscription's start at " + life.start());
    }
    Instant end = life.end();
    if (end != null && record.to().isAfter(end)) {
      return new Fault("to", "is after the subscription's end at " + end);
    }
    return null;
  }

  private static boolean isText(String text) {
    if (text.isBlank() || text.length() > TEXT_LENGTH_MAX) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < ' ' || Character.isSurrogate(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }
}

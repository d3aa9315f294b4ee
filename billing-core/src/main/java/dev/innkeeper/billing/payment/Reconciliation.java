package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.spi.ProviderMovement;
import dev.innkeeper.billing.time.Interval;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;

/**
 * Holds what a provider says it did against what is booked, movement by movement. Changes nothing.
 * Thread-safe.
 */
public final class Reconciliation {
  /** What a provider did at midnight may be known here a little later, or earlier. */
  private static final Duration MARGIN = Duration.ofDays(1);

  private final Database db;
  private final Providers providers;

  Reconciliation(PaymentCore core, Providers providers) {
    this.db = core.db();
    this.providers = providers;
  }

  /**
   * What was found.
   *
   * @param movements how many movements of the provider's were looked at
   */
  public record Report(
      String provider, Interval time, int movements, List<Difference> differences) {
    public Report {
      differences = List.copyOf(differences);
    }
  }

  /**
   * One thing on which provider and books differ.
   *
   * @param reference the provider's reference
   * @param provider what the provider says it changed in our balance with it
   * @param booked what is booked
   */
  public record Difference(
      ProviderMovement.Kind kind, String reference, Amount provider, Amount booked) {}

  private record Key(ProviderMovement.Kind kind, String reference, Currency currency) {}

  /**
   * Compares a time, such as a day.
   *
   * @throws dev.innkeeper.billing.problem.InvalidInput when there is no such provider
   */
  public Report compare(String provider, Interval time) {
    db.requireNoTransaction();
    Interval wide = new Interval(time.from().minus(MARGIN), time.to().plus(MARGIN));
    Map<Key, Long> told = new HashMap<>();
    Map<Key, Instant> when = new HashMap<>();
    int movements = 0;
    for (ProviderMovement movement : providers.get(provider).movements(wide)) {
      Key key = new Key(movement.kind(), movement.reference(), movement.amount().currency());
      told.merge(key, movement.amount().minorUnits(), Math::addExact);
      when.putIfAbsent(key, movement.at());
      movements += time.contains(movement.at()) ? 1 : 0;
    }
    Map<Key, Long> booked = new HashMap<>();
    db.run(handle -> read(handle, provider, wide, booked, when));
    List<Difference> differences = new ArrayList<>();
    TreeSet<Key> keys =
        new TreeSet<>(
            java.util.Comparator.comparing(Key::reference)
                .thenComparing(Key::kind)
                .thenComparing(Key::currency));
    keys.addAll(told.keySet());
    keys.addAll(booked.keySet());
    for (Key key : keys) {
      long there = told.getOrDefault(key, 0L);
      long here = booked.getOrDefault(key, 0L);
      if (there != here && time.contains(when.getOrDefault(key, time.from()))) {
        differences.add(
            new Difference(
                key.kind(),
                key.reference(),
                Amount.ofMinor(there, key.currency()),
                Amount.ofMinor(here, key.currency())));
      }
    }
    return new Report(provider, time, movements, differences);
  }

  private static void read(
      Handle handle,
      String provider,
      Interval time,
      Map<Key, Long> booked,
      Map<Key, Instant> when) {
    handle
        .createQuery(
            "select 'CHARGE' as kind, reference, currency, amount_minor as minor, finished_at as at"
                + "  from @.payment where provider = :provider and state = 'SUCCEEDED'"
                + "  and finished_at >= :from and finished_at < :to"
                + " union all select 'FEE', reference, currency, -fee_minor, finished_at"
                + "  from @.payment where provider = :provider and state = 'SUCCEEDED'"
                + "  and fee_minor > 0 and finished_at >= :from and finished_at < :to"
                + " union all select 'REFUND', reference, currency, -amount_minor, finished_at"
                + "  from @.refund where provider = :provider and state = 'SUCCEEDED'"
                + "  and finished_at >= :from and finished_at < :to"
                + " union all select 'TRANSFER', reference, currency, -amount_minor, finished_at"
                + "  from @.payout where channel = :provider and state = 'SENT'"
                + "  and finished_at >= :from and finished_at < :to"
                + " union all select 'TRANSFER', reference, currency, amount_minor, returned_at"
                + "  from @.payout_return where provider = :provider"
                + "  and returned_at >= :from and returned_at < :to"
                + " union all select 'DISPUTE', reference, currency,"
                + "  case when state = 'WON' then 0 else -amount_minor end, opened_at"
                + "  from @.dispute where provider = :provider"
                + "  and opened_at >= :from and opened_at < :to"
                + " union all select 'FEE', reference, currency, -fee_minor, opened_at"
                + "  from @.dispute where provider = :provider and fee_minor > 0"
                + "  and opened_at >= :from and opened_at < :to")
        .bind("provider", provider)
        .bind("from", time.from().atOffset(ZoneOffset.UTC))
        .bind("to", time.to().atOffset(ZoneOffset.UTC))
        .map(
            (row, context) -> {
              Key key =
                  new Key(
                      ProviderMovement.Kind.valueOf(row.getString("kind")),
                      String.valueOf(row.getString("reference")),
                      Currency.of(row.getString("currency")));
              when.putIfAbsent(key, SqlValues.instant(row, "at"));
              return booked.merge(key, row.getLong("minor"), Math::addExact);
            })
        .list();
  }
}

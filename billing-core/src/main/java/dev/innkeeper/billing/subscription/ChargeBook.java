package dev.innkeeper.billing.subscription;

import dev.innkeeper.billing.catalog.Catalog;
import dev.innkeeper.billing.catalog.CatalogSnapshot;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.rating.Charge;
import dev.innkeeper.billing.rating.ChargeScope;
import dev.innkeeper.billing.rating.Periods;
import dev.innkeeper.billing.rating.Rated;
import dev.innkeeper.billing.rating.TimeRater;
import dev.innkeeper.billing.time.BillingCalendar;
import dev.innkeeper.billing.usage.UsageStore;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Takes the charges of customers, each once: what is taken is marked as charged in the same
 * transaction. A fixed number of statements, however many customers they are for; some 1,000 at a
 * time is best. Thread-safe.
 */
public final class ChargeBook {
  private static final int CUSTOMERS_MAX = 10_000;

  private final Database db;
  private final Catalog catalog;
  private final Clock clock;
  private final BillingReader reader;
  private final BillingRows rows;
  private final UsageTaking usage;

  public ChargeBook(Database db, Catalog catalog, Clock clock) {
    this.db = db;
    this.catalog = catalog;
    this.clock = clock;
    this.reader = new BillingReader(db);
    this.rows = new BillingRows(db);
    this.usage = new UsageTaking(new UsageStore(db), reader);
  }

  /**
   * Charges what is not charged yet: time and usage in arrears up to {@code through}, and in
   * advance the periods that start at or before it. Prepaid subscriptions are drawn elsewhere. Hold
   * the customers' locks.
   *
   * @param through by customer, not in the future
   * @throws IllegalStateException outside a transaction, and when the customers' charges were taken
   *     by someone else meanwhile, which their locks prevent
   */
  public Taken take(Map<UUID, Instant> through, ChargeScope scope) {
    return take(through, scope, Map.of());
  }

  /**
   * {@link #take(Map, ChargeScope)} for a caller that has read the customers.
   *
   * @param calendars those of the customers that are known; the others are looked up
   */
  public Taken take(
      Map<UUID, Instant> through, ChargeScope scope, Map<UUID, BillingCalendar> calendars) {
    if (!db.inTransaction()) {
      throw new IllegalStateException("charges are taken in the transaction that bills them");
    }
    Instant now = clock.instant();
    for (Instant each : through.values()) {
      if (each.isAfter(now)) {
        throw new InvalidInput("through", each + " lies in the future: it may still change");
      }
    }
    return rate(BillingRows.Funding.INVOICED, through, scope, calendars, true);
  }

  /** What {@link #take} would give; nothing is marked. The future may be asked about too. */
  public Taken peek(Map<UUID, Instant> through, ChargeScope scope) {
    return db.tx(handle -> rate(BillingRows.Funding.INVOICED, through, scope, Map.of(), false));
  }

  /** What a customer would be charged up to an instant, by invoice or drawn; nothing is marked. */
  List<Charge> forecast(UUID customerId, Instant through) {
    Map<UUID, Instant> one = Map.of(customerId, through);
    return db.tx(
        handle -> {
          List<Charge> all = new ArrayList<>();
          for (BillingRows.Funding funding : BillingRows.Funding.values()) {
            Taken taken = rate(funding, one, ChargeScope.ALL, Map.of(), false);
            all.addAll(taken.charges().getOrDefault(customerId, List.of()));
          }
          return all;
        });
  }

  private Taken rate(
      BillingRows.Funding funding,
      Map<UUID, Instant> through,
      ChargeScope scope,
      Map<UUID, BillingCalendar> calendars,
      boolean mark) {
    if (through.size() > CUSTOMERS_MAX) {
      throw new InvalidInput("through", "has more than " + CUSTOMERS_MAX + " customers");
    }
    return db.tx(
        handle -> {
          Batch batch = new Batch(catalog.snapshot(), funding, through, scope);
          BillingReader.Wanted wanted =
              new BillingReader.Wanted(funding, through.keySet(), calendars);
          reader.read(handle, wanted, batch.parked, batch::time);
          Map<UUID, BillingRows.Waiting> waiting = Map.of();
          if (scope == ChargeScope.ALL) {
            waiting = usage.take(handle, batch.forUsage(), mark);
          }
          batch.charges.keySet().removeAll(batch.parked.keySet());
          batch.charges.values().removeIf(List::isEmpty);
          if (mark) {
            batch.marked.removeIf(m -> batch.parked.containsKey(m.row().customerId()));
            rows.write(handle, funding, batch.marked, waiting, batch.idle());
          }
          return new Taken(batch.charges, batch.parked);
        });
  }

  /** What is collected while customers are charged. */
  private static final class Batch {
    private final CatalogSnapshot prices;
    private final TimeRater rater;
    private final BillingRows.Funding funding;
    private final Map<UUID, Instant> through;
    private final ChargeScope scope;
    private final Map<UUID, List<Charge>> charges = new HashMap<>();
    private final Map<UUID, String> parked = new HashMap<>();
    private final List<BillingRows.Marked> marked = new ArrayList<>();

    private Batch(
        CatalogSnapshot prices,
        BillingRows.Funding funding,
        Map<UUID, Instant> through,
        ChargeScope scope) {
      this.prices = prices;
      this.funding = funding;
      this.rater = new TimeRater(prices, new Periods());
      this.through = through;
      this.scope = scope;
    }

    private void time(BillingRows.Row row) {
      UUID customer = row.customerId();
      try {
        Instant until = through.getOrDefault(customer, Instant.EPOCH);
        Rated rated = rater.rate(row.life(), row.mark(), until, scope);
        charges.computeIfAbsent(customer, c -> new ArrayList<>()).addAll(rated.charges());
        marked.add(new BillingRows.Marked(row, rated));
      } catch (IllegalStateException | ArithmeticException e) {
        parked.put(customer, String.valueOf(e.getMessage()));
      }
    }

    /** Customers who came along and may have nothing left to bill. */
    private Set<UUID> idle() {
      Set<UUID> idle = new HashSet<>();
      if (scope == ChargeScope.ALL) {
        idle.addAll(through.keySet());
        idle.removeAll(parked.keySet());
      }
      return idle;
    }

    private UsageTaking.Batch forUsage() {
      List<BillingRows.Row> rows = marked.stream().map(BillingRows.Marked::row).toList();
      return new UsageTaking.Batch(prices, funding, null, through, rows, charges, parked);
    }
  }
}

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
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
  private final BillingRows rows;

  public ChargeBook(Database db, Catalog catalog, Clock clock) {
    this.db = db;
    this.catalog = catalog;
    this.clock = clock;
    this.rows = new BillingRows(db);
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
    if (!db.inTransaction()) {
      throw new IllegalStateException("charges are taken in the transaction that bills them");
    }
    Instant now = clock.instant();
    for (Instant each : through.values()) {
      if (each.isAfter(now)) {
        throw new InvalidInput("through", each + " lies in the future: it may still change");
      }
    }
    return rate(through, scope, true);
  }

  /** What {@link #take} would give; nothing is marked. The future may be asked about too. */
  public Taken peek(Map<UUID, Instant> through, ChargeScope scope) {
    return db.tx(handle -> rate(through, scope, false));
  }

  private Taken rate(Map<UUID, Instant> through, ChargeScope scope, boolean mark) {
    if (through.size() > CUSTOMERS_MAX) {
      throw new InvalidInput("through", "has more than " + CUSTOMERS_MAX + " customers");
    }
    return db.tx(
        handle -> {
          CatalogSnapshot prices = catalog.snapshot();
          TimeRater rater = new TimeRater(prices, new Periods());
          Map<UUID, List<Charge>> charges = new HashMap<>();
          Map<UUID, String> parked = new HashMap<>();
          List<BillingRows.Marked> marked = new ArrayList<>();
          rows.read(
              handle,
              through.keySet(),
              parked,
              row -> {
                UUID customer = row.customerId();
                try {
                  Rated rated =
                      rater.rate(
                          row.life(),
                          row.mark(),
                          through.getOrDefault(customer, Instant.MIN),
                          scope);
                  charges.computeIfAbsent(customer, c -> new ArrayList<>()).addAll(rated.charges());
                  marked.add(new BillingRows.Marked(row, rated));
                } catch (IllegalStateException | ArithmeticException e) {
                  parked.put(customer, String.valueOf(e.getMessage()));
                }
              });
          charges.keySet().removeAll(parked.keySet());
          charges.values().removeIf(List::isEmpty);
          if (mark) {
            marked.removeIf(m -> parked.containsKey(m.row().customerId()));
            rows.write(handle, marked);
          }
          return new Taken(charges, parked);
        });
  }
}

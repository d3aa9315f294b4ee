package dev.innkeeper.billing.subscription;

import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.customer.Customers;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.usage.SubscriptionLives;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** The lives of stored subscriptions, for usage. Thread-safe. */
public final class StoredLives implements SubscriptionLives {
  private final Database db;
  private final Customers customers;
  private final Clock clock;

  public StoredLives(Database db, Customers customers, Clock clock) {
    this.db = db;
    this.customers = customers;
    this.clock = clock;
  }

  @Override
  public Map<UUID, Lived> of(Set<Named> subscriptions) {
    List<Named> named = List.copyOf(subscriptions);
    return db.tx(
        handle -> {
          Map<UUID, Lived> lives = new HashMap<>();
          // Pairs: two arrays apart would be looked up in every combination.
          handle
              .createQuery(
                  "select s.id, s.customer_id, s.started_at, s.ends_at, s.price_version_id"
                      + " from unnest(:customers, :ids) as w(customer_id, id)"
                      + " join @.subscription s on s.customer_id = w.customer_id and s.id = w.id")
              .bindArray("customers", UUID.class, named.stream().map(Named::customerId).toList())
              .bindArray("ids", UUID.class, named.stream().map(Named::subscriptionId).toList())
              .map(
                  (row, context) -> {
                    Instant end = SqlValues.instantOrNull(row, 4);
                    return lives.put(
                        row.getObject(1, UUID.class),
                        new Lived(
                            row.getObject(2, UUID.class),
                            SqlValues.instant(row, 3),
                            end,
                            row.getObject(5, UUID.class)));
                  })
              .list();
          return lives;
        });
  }

  @Override
  public void used(Set<UUID> customerIds) {
    if (customerIds.isEmpty()) {
      return;
    }
    db.run(
        handle ->
            handle
                .createUpdate(
                    // Written even where it changes nothing: a draw that is about to delete the row
                    // waits, and finds the usage.
                    "insert into @.prepaid_burn as b (customer_id, next_at)"
                        + " select w.id, :now from unnest(:customers) as w(id) order by w.id"
                        + " on conflict (customer_id) do update"
                        + " set next_at = least(b.next_at, excluded.next_at)")
                .bind("now", SubscriptionStore.at(clock.instant()))
                .bindArray("customers", UUID.class, customerIds)
                .execute());
  }

  @Override
  public void becomeDue(Set<UUID> customerIds) {
    if (customerIds.isEmpty()) {
      return;
    }
    db.run(
        handle -> {
          customerIds.stream().sorted().forEach(customers::lock);
          List<UUID> idle =
              handle
                  .createQuery(
                      "select w.id from unnest(:ids) as w(id) where not exists"
                          + " (select 1 from @.billing_due d where d.customer_id = w.id)")
                  .bindArray("ids", UUID.class, customerIds)
                  .mapTo(UUID.class)
                  .list();
          Instant now = clock.instant();
          for (Customer customer : idle.isEmpty() ? List.<Customer>of() : customers.findAll(idle)) {
            Instant next = customer.calendar().periodAt(now).to();
            handle
                .createUpdate(
                    "insert into @.billing_due (customer_id, next_at, period_index)"
                        + " values (:customer, :next, :period) on conflict do nothing")
                .bind("customer", customer.id())
                .bind("next", SubscriptionStore.at(next))
                .bind("period", BillingRows.dueIndex(customer.calendar(), next))
                .execute();
          }
        });
  }
}

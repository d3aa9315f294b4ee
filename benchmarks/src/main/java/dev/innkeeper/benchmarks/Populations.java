package dev.innkeeper.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.catalog.Catalog;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.money.Currency;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Customers with a subscription each, made in bulk: what benchmarks run against. */
final class Populations {
  static final String CATALOG =
      """
      meters:
        - {code: traffic, unit: GB, kind: counter, aggregation: sum}
      products:
        - code: vm
          billing: in-arrears
          options: {size: [small]}
          prices:
            - currency: EUR
              effective: 2026-01-01T00:00:00Z
              components:
                - {code: compute, per: hour, price: 0.00694, monthlyCap: 4.99}
                - {code: disk, per: month, price: 1.25}
                - {code: address, per: month, flat: 0.80}
                - {code: traffic, per: unit, meter: traffic, price: 0.01}
      """;

  private static final String[] STATEMENTS = {
    "insert into @.customer (id, name, email, currency, zone, anchor_date, created_at)"
        + " select @id, 'Customer ' || n, 'c' || n || '@example.org', 'EUR', 'UTC', '2026-01-01',"
        + " :start from generate_series(1, :count) n",
    "insert into @.customer_state (customer_id) select @id from generate_series(1, :count) n",
    "insert into @.subscription (customer_id, id, product_code, options, quantity, currency,"
        + " price_version_id, status, started_at, trial_end)"
        + " select @id, @id, 'vm', '{\"size\":\"small\"}', 1, 'EUR', :price, 'ACTIVE', :start,"
        + " :start from generate_series(1, :count) n",
    "insert into @.subscription_phase (customer_id, subscription_id, from_at, product_code, options,"
        + " price_version_id, quantity, status) select @id, @id, :start, 'vm',"
        + " '{\"size\":\"small\"}', :price, 1, 'ACTIVE' from generate_series(1, :count) n",
    "insert into @.subscription_billing (customer_id, subscription_id, billed_until, open_from,"
        + " trial_end, prepaid) select @id, @id, :start, :start, :start, false"
        + " from generate_series(1, :count) n",
    "insert into @.billing_due (customer_id, next_at, period_index)"
        + " select @id, cast(:start as timestamptz) + interval '1 month', 0"
        + " from generate_series(1, :count) n"
  };

  private Populations() {}

  /** The n-th customer, counted from 1; its subscription has the same id. */
  static UUID id(long n) {
    return UUID.fromString("00000000-0000-7000-8000-%012x".formatted(n));
  }

  /** Makes customers whose subscriptions started at the instant; gives the catalog. */
  static Catalog create(Database db, Clock clock, int count) {
    ObjectMapper json = BillingJson.mapper();
    Catalog catalog = new Catalog(db, json, new Ids(clock, new SecureRandom()), clock);
    catalog.apply(CATALOG, "bench");
    UUID price = catalog.priceFor("vm", Map.of(), Currency.EUR, clock.instant()).id();
    Instant start = clock.instant();
    db.run(handle -> fill(handle, count, price, start));
    for (String table : new String[] {"customer", "subscription", "billing_due"}) {
      db.run(handle -> handle.execute("analyze @." + table));
    }
    return catalog;
  }

  private static void fill(Handle handle, int count, UUID price, Instant start) {
    for (String statement : STATEMENTS) {
      String sql =
          statement.replace(
              "@id", "cast('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0') as uuid)");
      handle
          .createUpdate(sql)
          .bind("count", count)
          .bind("price", price)
          .bind("start", start.atOffset(java.time.ZoneOffset.UTC))
          .execute();
    }
  }
}

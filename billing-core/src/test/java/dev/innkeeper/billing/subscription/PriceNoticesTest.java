package dev.innkeeper.billing.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.testing.CustomerClones;
import dev.innkeeper.billing.testing.TestDatabase;
import dev.innkeeper.billing.work.DueWork;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Customers hear of a raise before it reaches them, once. */
class PriceNoticesTest {
  private final BillingFixture f = new BillingFixture("2026-03-01T00:00:00Z");
  private final Customer ada = f.customer();

  private void raise(String policy, String effective) {
    f.catalog.apply(
        """
        products:
          - code: forge
            name: Forge
            billing: in-advance
            provisioner: forge
            prices:
              - currency: EUR
                effective: EFFECTIVE
                raise: POLICY
                notice: P40D
                components:
                  - {code: base, name: Base, per: month, price: 15.00}
                  - {code: setup, name: Set-up, per: once, flat: 5.00}
        """
            .replace("POLICY", policy)
            .replace("EFFECTIVE", effective),
        "ada");
  }

  private int tell() {
    DueWork notices =
        f.subscriptions.dueWork().stream()
            .filter(work -> work.name().equals("price-notices"))
            .findFirst()
            .orElseThrow();
    int all = 0;
    int batch;
    do {
      batch = notices.runBatch(f.clock.instant());
      all += batch;
    } while (batch > 0);
    return all;
  }

  private List<String> told(String what) {
    return f.db.tx(
        handle ->
            handle
                .createQuery(
                    "select " + what + " from @.event where type = 'price.changed' order by 1")
                .mapTo(String.class)
                .list());
  }

  @Test
  void aRaiseIsToldOnceTheNoticeAheadOfTheFirstPeriodItCanReach() {
    f.start(ada, "forge", Map.of());
    raise("move-at-renewal", "2026-07-10T00:00:00Z");
    f.at("2026-05-30T23:59:59Z");
    assertThat(tell()).isZero();
    f.at("2026-05-31T00:00:00Z");
    assertThat(tell()).isPositive();
    assertThat(told("data->>'movesAt'")).containsExactly("2026-08-01T00:00:00Z");
    assertThat(told("data->>'before'"))
        .containsExactly("[\"Base: 12 EUR per month\", \"Set-up: 5 EUR once\"]");
    assertThat(told("data->>'after'"))
        .containsExactly("[\"Base: 15 EUR per month\", \"Set-up: 5 EUR once\"]");
    f.at("2026-07-10T00:00:00Z");
    assertThat(tell()).isPositive();
    f.at("2026-12-01T00:00:00Z");
    assertThat(tell()).isZero();
    assertThat(told("id::text")).hasSize(1);
    // And so it comes: not before the day that was told, and with it.
    assertThat(
            f.take(ada, "2026-08-01T00:00:00Z").stream().filter(c -> c.component().equals("base")))
        .extracting(c -> c.amount().toPlainString())
        .containsExactly("12.00", "12.00", "12.00", "12.00", "12.00", "15.00");
  }

  @Test
  void whoComesToTheOldPriceAfterTheNoticeIsToldAtOnce() {
    raise("move-at-renewal", "2026-07-10T00:00:00Z");
    f.at("2026-06-15T00:00:00Z");
    tell();
    Customer berlin =
        f.customer(
            NewCustomer.named("B", "b@example.org", Currency.EUR)
                .withZone(ZoneId.of("Europe/Berlin"))
                .withAnchorDay(15));
    f.start(berlin, "forge", Map.of());
    assertThat(told("data->>'movesAt'")).containsExactly("2026-07-14T22:00:00Z");
    f.at("2026-07-10T00:00:00Z");
    tell();
    f.start(f.customer(), "forge", Map.of());
    assertThat(told("id::text")).hasSize(1);
  }

  @Test
  void whoIsNotReachedByTheRaiseHearsNothing() {
    Subscription ending = f.start(ada, "forge", Map.of());
    f.start(f.customer(), "site", Map.of());
    raise("move-at-renewal", "2026-03-20T00:00:00Z");
    f.subscriptions.cancel(ada.id(), ending.id(), CancelAt.PERIOD_END);
    f.at("2027-01-01T00:00:00Z");
    tell();
    assertThat(told("id::text")).isEmpty();
  }

  @Test
  void aRaiseThatLeavesRunningSubscriptionsAloneIsNotTold() {
    f.start(ada, "forge", Map.of());
    raise("keep", "2026-07-10T00:00:00Z");
    f.at("2026-09-01T00:00:00Z");
    assertThat(tell()).isZero();
    assertThat(told("id::text")).isEmpty();
  }

  @Test
  void manyAreToldInChunksAndEachOnce() {
    f.start(ada, "forge", Map.of());
    CustomerClones.make(f.db.dataSource(), TestDatabase.SCHEMA, ada.id(), 1, 1_200);
    raise("move-at-renewal", "2026-03-20T00:00:00Z");
    assertThat(tell()).isEqualTo(1_201 + 3);
    assertThat(told("data->>'subscriptionId'")).hasSize(1_201).doesNotHaveDuplicates();
  }
}

package dev.innkeeper.billing.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.rating.Charge;
import dev.innkeeper.billing.rating.ChargeKind;
import dev.innkeeper.billing.usage.StoredUsage;
import dev.innkeeper.billing.usage.UsageRecord;
import dev.innkeeper.billing.usage.UsageReport;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class UsageBillingTest {
  private final BillingFixture f = new BillingFixture("2026-03-01T00:00:00Z");
  private final Customer ada = f.customer();
  private final Subscription store = f.start(ada, "store", Map.of());

  private List<Charge> usageCharges(String through) {
    return f.take(ada, through).stream().filter(c -> !c.component().equals("base")).toList();
  }

  private UsageRecord traffic(String quantity, String at, String key) {
    return f.used(store, "traffic", quantity, at, at, key);
  }

  @Test
  void usageIsChargedOnceAtTheEndOfItsPeriodAndLateRecordsWithTheNext() {
    f.at("2026-03-31T23:00:00Z");
    f.usage.record(traffic("300", "2026-03-02T00:00:00Z", "a"));
    f.usage.record(traffic("900.5", "2026-03-31T12:00:00Z", "b"));
    f.at("2026-04-01T00:00:00Z");
    List<Charge> march = usageCharges("2026-04-01T00:00:00Z");
    // 1,200.5 less 100 included: 1,000 at 0.01 and 100.5 at 0.005.
    assertThat(march).extracting(c -> c.amount().toPlainString()).containsExactly("10.50");
    assertThat(march.get(0).explanation()).isEqualTo("1200.5 GB, 100 included");
    assertThat(usageCharges("2026-04-01T00:00:00Z")).isEmpty();
    f.at("2026-04-20T00:00:00Z");
    f.usage.record(traffic("100", "2026-03-15T00:00:00Z", "late"));
    assertThat(usageCharges("2026-04-01T00:00:00Z"))
        .extracting(c -> c.kind() + " " + c.amount().toPlainString())
        .containsExactly("ADJUSTMENT 0.50");
    f.at("2026-05-01T00:00:00Z");
    assertThat(usageCharges("2026-05-01T00:00:00Z")).isEmpty();
  }

  @Test
  void usageAtTheEdgeOfAMonthFarFromGreenwichIsChargedOnceAndWithItsOwnMonth() {
    Customer auckland =
        f.customer(
            NewCustomer.named("A", "a@example.org", Currency.EUR)
                .withZone(ZoneId.of("Pacific/Auckland")));
    Subscription theirs = f.start(auckland, "store", Map.of());
    // Their March ends thirteen hours before that of UTC, their April twelve.
    String end = "2026-03-31T11:00:00Z";
    f.at(end);
    f.usage.record(
        f.used(theirs, "traffic", "150", "2026-03-31T10:59:59Z", "2026-03-31T10:59:59Z", "a"));
    f.usage.record(f.used(theirs, "traffic", "170", end, end, "b"));
    List<String> charged = new ArrayList<>();
    for (String at :
        List.of(end, "2026-03-31T23:59:59Z", "2026-04-01T00:00:00Z", "2026-04-30T12:00:00Z")) {
      f.at(at);
      f.take(auckland, at).stream()
          .filter(c -> c.component().equals("traffic"))
          .forEach(c -> charged.add(at + " " + c.explanation().split(",", 2)[0]));
    }
    assertThat(charged).containsExactly(end + " 150 GB", "2026-04-30T12:00:00Z 170 GB");
  }

  @Test
  void aCorrectionTakesBackWhatWasChargedAndNeverMore() {
    f.at("2026-04-01T00:00:00Z");
    f.usage.record(traffic("600", "2026-03-02T00:00:00Z", "a"));
    f.usage.record(
        f.used(store, "stored", "25", "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z", "s"));
    assertThat(usageCharges("2026-04-01T00:00:00Z"))
        .extracting(c -> c.amount().toPlainString())
        .containsExactly("5.00", "0.60");
    f.usage.record(traffic("-250", "2026-03-02T00:00:00Z", "b"));
    f.usage.record(
        f.used(store, "stored", "5", "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z", "s2")
            .replacing("s"));
    List<Charge> corrected = usageCharges("2026-04-01T00:00:00Z");
    assertThat(corrected)
        .extracting(c -> c.component() + " " + c.amount().toPlainString())
        .containsExactly("traffic -2.50", "stored -0.40");
    assertThat(corrected.get(0).explanation())
        .isEqualTo("350 GB, 100 included; charged before: 600 GB for 5.00 EUR");
    f.usage.record(traffic("-9999", "2026-03-02T00:00:00Z", "c"));
    assertThat(usageCharges("2026-04-01T00:00:00Z"))
        .extracting(c -> c.amount().toPlainString())
        .containsExactly("-2.50");
    assertThat(
            f.usage.list(
                ada.id(),
                store.id(),
                "stored",
                Instant.parse("2026-03-01T00:00:00Z"),
                Instant.parse("2026-04-01T00:00:00Z"),
                10))
        .extracting(StoredUsage::replacedBy)
        .containsExactly("s2", null);
  }

  @Test
  void lateUsageOfAnEndedSubscriptionIsStillBilled() {
    f.at("2026-03-11T00:00:00Z");
    f.subscriptions.cancel(ada.id(), store.id(), CancelAt.NOW);
    f.at("2026-04-01T00:00:00Z");
    assertThat(f.take(ada, "2026-04-01T00:00:00Z")).hasSize(1);
    assertThat(f.nextDue(ada.id())).isEmpty();
    f.usage.record(traffic("200", "2026-03-05T00:00:00Z", "late"));
    assertThat(f.nextDue(ada.id())).contains(Instant.parse("2026-05-01T00:00:00Z"));
    f.at("2026-05-01T00:00:00Z");
    List<Charge> late = f.take(ada, "2026-05-01T00:00:00Z");
    // Ten of 31 days: a share of the included 100 as well.
    assertThat(late).extracting(c -> c.amount().toPlainString()).containsExactly("1.68");
    assertThat(f.nextDue(ada.id())).isEmpty();
  }

  @Test
  void badRowsNameThemselvesAndTheRestIsRecorded() {
    f.at("2026-03-20T00:00:00Z");
    List<UsageRecord> batch = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      batch.add(traffic("1", "2026-03-02T00:00:00Z", "row-" + i));
    }
    batch.set(3, traffic("1", "2026-02-02T00:00:00Z", "row-3"));
    batch.set(
        5, f.used(store, "fuel", "1", "2026-03-02T00:00:00Z", "2026-03-02T00:00:00Z", "row-5"));
    batch.set(7, traffic("1e30", "2026-03-02T00:00:00Z", "row-7"));
    batch.set(9, traffic("1", "2026-03-21T00:00:00Z", "row-9"));
    batch.set(11, traffic("1", "2026-03-02T00:00:00Z", "row-10"));
    batch.set(13, traffic("2", "2026-03-02T00:00:00Z", "row-10"));
    batch.set(
        15,
        UsageRecord.of(
            new UUID(1, 1),
            store.id(),
            "traffic",
            BigDecimal.ONE,
            Instant.parse("2026-03-02T00:00:00Z"),
            Instant.parse("2026-03-02T00:00:00Z"),
            "row-15"));
    batch.set(17, traffic("1", "2026-03-02T00:00:00Z", "row-17").replacing("nobody"));
    UsageReport report = f.usage.recordAll(batch);
    assertThat(report.rejected())
        .extracting(r -> r.index() + " " + r.idempotencyKey() + " " + r.field())
        .containsExactly(
            "3 row-3 from",
            "5 row-5 meter",
            "7 row-7 quantity",
            "9 row-9 to",
            "13 row-10 idempotencyKey",
            "15 row-15 subscriptionId",
            "17 row-17 replaces");
    assertThat(report.duplicates()).isEqualTo(1);
    assertThat(report.accepted()).isEqualTo(1000 - 7 - 1);
    UsageReport again = f.usage.recordAll(batch);
    assertThat(again.accepted()).isZero();
    assertThat(again.duplicates()).isEqualTo(993);
  }

  @Test
  void badRowsAmongAHundredThousandDoNotLoseTheRest() {
    f.at("2026-03-20T00:00:00Z");
    int size = 100_000;
    List<UsageRecord> batch = new ArrayList<>(size);
    List<String> bad = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      boolean isBad = i % 9_973 == 42;
      batch.add(traffic(isBad ? "1e30" : "1", "2026-03-02T00:00:00Z", "row-" + i));
      if (isBad) {
        bad.add(i + " row-" + i + " quantity");
      }
    }
    UsageReport report = f.usage.recordAll(batch);
    assertThat(report.rejected())
        .extracting(r -> r.index() + " " + r.idempotencyKey() + " " + r.field())
        .isEqualTo(bad)
        .hasSize(11);
    assertThat(report.accepted()).isEqualTo(size - bad.size());
  }

  @Test
  void whatIsNoPlainNumberIsRefused() {
    for (String text : List.of("NaN", "1e30", "Infinity", "0x10", "", "12345678901234", "٣")) {
      assertThatThrownBy(() -> UsageRecord.quantity(text))
          .as(text)
          .isInstanceOfSatisfying(
              InvalidInput.class, e -> assertThat(e.field()).isEqualTo("quantity"));
    }
    assertThat(UsageRecord.quantity("-12.5")).isEqualByComparingTo("-12.5");
    assertThatThrownBy(() -> f.usage.record(traffic("1", "2026-01-02T00:00:00Z", "k")))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("before the subscription's start");
  }

  @Test
  void usageOlderThanTheCutoffIsRefused() {
    f.at("2026-06-01T00:00:00Z");
    assertThatThrownBy(() -> f.usage.record(traffic("1", "2026-03-02T00:00:00Z", "k")))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("longer ago than the 60 days");
  }

  @Test
  void manySmallBatchesJoinTheCallersTransaction() {
    f.at("2026-03-20T00:00:00Z");
    f.db.run(
        handle -> {
          assertThat(f.usage.record(traffic("1", "2026-03-02T00:00:00Z", "x"))).isTrue();
          assertThat(f.usage.record(traffic("1", "2026-03-02T00:00:00Z", "y"))).isTrue();
          assertThat(f.usage.record(traffic("1", "2026-03-02T00:00:00Z", "x"))).isFalse();
        });
    f.at("2026-04-01T00:00:00Z");
    assertThat(usageCharges("2026-04-01T00:00:00Z"))
        .extracting(Charge::kind)
        .containsExactly(ChargeKind.USAGE);
  }

  private Subscription startNew(Customer customer, String... components) {
    f.catalog.apply(
        "products: [{code: metered, name: Metered, prices: [{currency: EUR,"
            + " effective: 2026-01-01T00:00:00Z, components: ["
            + String.join(", ", components)
            + "]}]}]",
        "test");
    return f.start(customer, "metered", Map.of());
  }

  @Test
  void theIncludedShareOfAPartOfAMonthBeginsNoStepByRounding() {
    Customer bob = f.customer();
    // Ten of April's 30 days: a third of what is included.
    f.at("2026-04-21T00:00:00Z");
    String unit = "per: unit, meter: traffic, ";
    Subscription s =
        startNew(
            bob,
            "{code: a, name: A, " + unit + "included: 30, package: {size: 10, price: 5.00}}",
            "{code: b, name: B, " + unit + "included: 120, flat: 7.00}",
            "{code: c, name: C, "
                + unit
                + "included: 30, volume: [{upTo: 30, price: 0.10}, {price: 0.20}]}",
            "{code: d, name: D, "
                + unit
                + "included: 30, graduated: [{upTo: 30, price: 0.10}, {price: 0.10, flat: 1.00}]}");
    f.at("2026-05-01T00:00:00Z");
    f.usage.record(f.used(s, "traffic", "40", "2026-04-22T00:00:00Z", "2026-04-22T00:00:00Z", "a"));
    assertThat(f.take(bob, "2026-05-01T00:00:00Z"))
        .extracting(c -> c.component() + " " + c.amount().toPlainString())
        .containsExactly("a 15.00", "b 0.00", "c 3.00", "d 3.00");
  }

  @Test
  void aMinimumOfAMonthBilledLateIsWholeThoughTheFirstRecordIsOfALaterOne() {
    Customer bob = f.customer();
    Subscription s =
        startNew(
            bob,
            "{code: egress, name: Egress, per: unit, meter: traffic, price: 0.02, minimum: 5.00}");
    f.at("2026-03-20T00:00:00Z");
    f.subscriptions.changeQuantity(bob.id(), s.id(), 2);
    f.at("2026-05-15T00:00:00Z");
    f.usage.record(f.used(s, "traffic", "1", "2026-05-01T00:00:00Z", "2026-05-01T00:00:00Z", "a"));
    assertThat(f.take(bob, "2026-05-15T00:00:00Z"))
        .extracting(c -> c.interval().from() + " " + c.amount().toPlainString())
        .containsExactly("2026-03-01T00:00:00Z 5.00", "2026-04-01T00:00:00Z 5.00");
  }
}

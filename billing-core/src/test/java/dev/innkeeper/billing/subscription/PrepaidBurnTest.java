package dev.innkeeper.billing.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.rating.Charge;
import dev.innkeeper.billing.time.Interval;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PrepaidBurnTest {
  private static final String START = "2026-03-01T00:00:00Z";
  private static final Interval MARCH =
      new Interval(Instant.parse(START), Instant.parse("2026-04-01T00:00:00Z"));
  private static final String SETUP = "{code: setup, name: Set-up, per: once, flat: 5.00}";
  private static final String NODES = "{code: nodes, name: Nodes, per: hour, price: 0.0125}";
  private static final String EGRESS =
      "{code: egress, name: Egress, per: unit, meter: traffic, price: 0.02}";
  private static final String MINIMUM = EGRESS.replace("}", ", minimum: 5.00}");

  private final BillingFixture f = new BillingFixture("2026-03-01T00:00:00Z");
  private final Customer ada = f.customer();

  /** A prepaid product of the components, named and priced as in the catalog's YAML. */
  private void sell(String code, String... components) {
    StringBuilder yaml = new StringBuilder("products:\n");
    yaml.append("  - {code: ").append(code).append(", name: P, billing: prepaid, prices: [");
    for (String currency : List.of("EUR", "USD")) {
      yaml.append("{currency: ").append(currency).append(", effective: 2026-01-01T00:00:00Z,");
      yaml.append(" components: [").append(String.join(", ", components)).append("]}, ");
    }
    f.catalog.apply(yaml.append("]}\n").toString(), "test");
  }

  private SubscriptionStatus status(Subscription s) {
    return f.subscriptions.get(s.customerId(), s.id()).status();
  }

  @Test
  void cashRunsOutAtTheComputedInstantAndNothingHappensBefore() {
    f.topUp(ada, "1.00");
    Subscription s = f.start(ada, "project", Map.of());
    assertThat(f.burn()).isEqualTo(1);
    // 0.0125 an hour: at 80.4 hours the rounded cost is 1.005, which would round to 1.01.
    Instant depletes = Instant.parse("2026-03-04T08:23:59Z");
    assertThat(f.subscriptions.forecast(ada.id()).depletesAt()).isEqualTo(depletes);
    f.at("2026-03-03T00:00:00Z");
    assertThat(f.burn()).isZero();
    assertThat(f.cash(ada)).isEqualTo("1.00");
    // The tick is late: what ran on after the cash was used up is not charged.
    f.at("2026-03-06T00:00:00Z");
    assertThat(f.burn()).isEqualTo(1);
    assertThat(f.cash(ada)).isEqualTo("0.00");
    Subscription stopped = f.subscriptions.get(ada.id(), s.id());
    assertThat(stopped.status()).isEqualTo(SubscriptionStatus.SUSPENDED);
    assertThat(stopped.suspendedReason()).isEqualTo(PrepaidBurn.USED_UP);
    assertThat(f.burn()).isZero();
    assertThat(f.events.of(ada.id(), 0, 50))
        .extracting(e -> e.type())
        .contains("prepaid.depleted", "subscription.suspended");
    f.topUp(ada, "5.00");
    assertThat(f.burn()).isEqualTo(1);
    assertThat(f.subscriptions.get(ada.id(), s.id()).status()).isEqualTo(SubscriptionStatus.ACTIVE);
    assertThat(f.cash(ada)).isEqualTo("5.00");
    assertThat(
            f.subscriptions.usedTime(
                ada.id(),
                s.id(),
                new dev.innkeeper.billing.time.Interval(
                    Instant.parse("2026-03-01T00:00:00Z"), Instant.parse("2026-04-01T00:00:00Z"))))
        .isEqualTo(java.time.Duration.between(Instant.parse("2026-03-01T00:00:00Z"), depletes));
  }

  @Test
  void drawsAreTheRoundedCumulativeCostLessWhatWasDrawnHoweverOften() {
    f.topUp(ada, "100.00");
    Subscription s = f.start(ada, "project", Map.of());
    for (int hour = 1; hour <= 23; hour++) {
      f.at("2026-03-01T%02d:07:13Z".formatted(hour));
      f.prepaid.draw(ada.id());
    }
    f.subscriptions.cancel(ada.id(), s.id(), CancelAt.NOW);
    f.prepaid.draw(ada.id());
    // 83,233 s of 0.0125 an hour are 0.2890.
    assertThat(f.cash(ada)).isEqualTo("99.71");
    assertThat(f.prepaid.drawn(ada.id(), 1000).stream().map(Charge::amount).reduce(Amount::plus))
        .contains(Amount.parse("0.29", Currency.EUR));
    f.at("2026-05-01T00:00:00Z");
    assertThat(f.burn()).isZero();
    assertThat(f.nextDue(ada.id())).isEmpty();
  }

  @Test
  void aDrawThatIsUndoneIsDrawnAgainAndOnce() {
    f.topUp(ada, "1.00");
    f.start(ada, "project", Map.of());
    f.at("2026-03-02T00:00:00Z");
    assertThatThrownBy(
            () ->
                f.db.run(
                    handle -> {
                      f.prepaid.draw(ada.id());
                      assertThat(f.cash(ada)).isEqualTo("0.70");
                      throw new IllegalStateException("the power fails");
                    }))
        .hasMessageContaining("the power fails");
    assertThat(f.cash(ada)).isEqualTo("1.00");
    f.prepaid.draw(ada.id());
    f.prepaid.draw(ada.id());
    // 24 h of 0.0125: what was drawn and undone is neither lost nor drawn twice.
    assertThat(f.cash(ada)).isEqualTo("0.70");
  }

  @Test
  void usageIsDrawnWithTheNextTickAndChangesMoveTheDepletion() {
    f.topUp(ada, "20.00");
    Subscription s = f.start(ada, "project", Map.of());
    f.burn();
    f.at("2026-03-02T00:00:00Z");
    f.usage.record(f.used(s, "traffic", "50", "2026-03-01T00:00:00Z", "2026-03-01T01:00:00Z", "a"));
    assertThat(f.burn()).isPositive();
    // 24 h of 0.0125, and 50 GB of 0.02.
    assertThat(f.cash(ada)).isEqualTo("18.70");
    assertThat(f.burn()).isZero();
    Instant before = f.subscriptions.forecast(ada.id()).depletesAt();
    f.subscriptions.changeQuantity(ada.id(), s.id(), 2);
    f.burn();
    Forecast forecast = f.subscriptions.forecast(ada.id());
    assertThat(forecast.depletesAt()).isBefore(before);
    // 24 h of one were drawn, and the 50 GB; 30 days of two reach the cap of 2 × 8.00, the day
    // before included.
    assertThat(forecast.toPeriodEnd()).extracting(Amount::toPlainString).containsExactly("15.70");
    // More, and less again, is drawn and given back.
    f.usage.record(f.used(s, "traffic", "30", "2026-03-01T02:00:00Z", "2026-03-01T02:00:00Z", "b"));
    f.burn();
    assertThat(f.cash(ada)).isEqualTo("18.10");
    f.usage.record(
        f.used(s, "traffic", "-30", "2026-03-01T02:00:00Z", "2026-03-01T02:00:00Z", "c"));
    f.burn();
    assertThat(f.cash(ada)).isEqualTo("18.70");
    assertThat(forecast.nextInvoiceAt()).isNull();
    f.at("2026-04-01T00:00:00Z");
    f.burn();
    assertThat(f.cash(ada)).isEqualTo("3.00");
    assertThat(f.prepaid.drawn(ada.id(), 10)).extracting(Charge::component).contains("egress");
    assertThat(List.of(f.ledger.trialBalance())).hasSize(1);
  }

  @Test
  void aSetUpFeeThatTheCashDoesNotCoverStopsItsCustomerFromTheStartAndNobodyElse() {
    sell("hosted", SETUP, NODES);
    Subscription hosted = f.start(ada, "hosted", Map.of());
    Customer bob = f.customer();
    f.topUp(bob, "1.00");
    Subscription project = f.start(bob, "project", Map.of());
    f.at("2026-03-01T10:00:00Z");
    assertThat(f.burn()).isEqualTo(2);
    assertThat(f.cash(bob)).isEqualTo("0.87");
    assertThat(status(project)).isEqualTo(SubscriptionStatus.ACTIVE);
    assertThat(status(hosted)).isEqualTo(SubscriptionStatus.SUSPENDED);
    assertThat(f.prepaid.drawn(ada.id(), 10)).isEmpty();
    assertThat(f.subscriptions.usedTime(ada.id(), MARCH)).isEmpty();
    f.topUp(ada, "5.00");
    f.burn();
    // The fee, and nothing for an hour.
    assertThat(status(hosted)).isEqualTo(SubscriptionStatus.SUSPENDED);
    assertThat(f.cash(ada)).isEqualTo("5.00");
    f.topUp(ada, "1.00");
    f.burn();
    assertThat(status(hosted)).isEqualTo(SubscriptionStatus.ACTIVE);
    assertThat(f.cash(ada)).isEqualTo("1.00");
    f.at("2026-03-02T10:00:00Z");
    f.prepaid.draw(ada.id());
    assertThat(f.cash(ada)).isEqualTo("0.70");
  }

  @Test
  void whatRanBeforeASetUpFeeIsDrawnAndTheFeeWaits() {
    sell("hosted", SETUP, NODES);
    f.topUp(ada, "1.00");
    Subscription project = f.start(ada, "project", Map.of());
    f.burn();
    f.at("2026-03-02T00:00:00Z");
    Subscription hosted = f.start(ada, "hosted", Map.of());
    f.at("2026-03-02T00:10:00Z");
    f.burn();
    assertThat(f.cash(ada)).isEqualTo("0.70");
    assertThat(List.of(status(project), status(hosted))).containsOnly(SubscriptionStatus.SUSPENDED);
    f.topUp(ada, "5.00");
    f.burn();
    assertThat(List.of(status(project), status(hosted))).containsOnly(SubscriptionStatus.ACTIVE);
    assertThat(f.cash(ada)).isEqualTo("0.70");
  }

  @Test
  void usageIsDrawnFromTheCashOfItsOwnCurrency() {
    sell("global", EGRESS);
    f.topUp(ada, "10.00");
    f.topUp(ada, Amount.parse("100.00", Currency.USD));
    Subscription euro = f.start(NewSubscription.of(ada.id(), "global", Currency.EUR));
    Subscription dollar = f.start(NewSubscription.of(ada.id(), "global", Currency.USD));
    f.at("2026-03-02T00:00:00Z");
    // 20.00 USD: more than the euros, which are none of its business.
    f.usage.record(f.used(dollar, "traffic", "1000", START, START, "a"));
    f.burn();
    assertThat(List.of(status(euro), status(dollar))).containsOnly(SubscriptionStatus.ACTIVE);
    assertThat(f.cash(ada)).isEqualTo("10.00");
    assertThat(f.cash(ada, Currency.USD)).isEqualTo("80.00");
    f.topUp(ada, "40.00");
    f.usage.record(f.used(dollar, "traffic", "500", START, START, "b"));
    f.usage.record(f.used(euro, "traffic", "50", START, START, "c"));
    f.burn();
    assertThat(f.cash(ada)).isEqualTo("49.00");
    assertThat(f.cash(ada, Currency.USD)).isEqualTo("70.00");
    f.usage.record(f.used(dollar, "traffic", "5000", START, START, "d"));
    f.burn();
    assertThat(status(euro)).isEqualTo(SubscriptionStatus.ACTIVE);
    assertThat(status(dollar)).isEqualTo(SubscriptionStatus.SUSPENDED);
  }

  @Test
  void aCustomerWhoCannotBeDrawnDoesNotHoldUpTheOthersAndIsTriedAgainLater() {
    f.topUp(ada, "1.00");
    Subscription broken = f.start(ada, "project", Map.of());
    Customer bob = f.customer();
    f.topUp(bob, "1.00");
    f.start(bob, "project", Map.of());
    setOptions(broken, "[]");
    f.at("2026-03-02T00:00:00Z");
    assertThat(f.burn()).isEqualTo(2);
    assertThat(f.cash(bob)).isEqualTo("0.70");
    assertThat(f.cash(ada)).isEqualTo("1.00");
    assertThat(f.burn()).isZero();
    setOptions(broken, "{}");
    assertThat(f.burn()).isZero();
    f.at("2026-03-02T01:00:00Z");
    assertThat(f.burn()).isEqualTo(1);
    assertThat(f.cash(ada)).isEqualTo("0.69");
    assertThat(f.cash(bob)).isEqualTo("0.70");
  }

  private void setOptions(Subscription s, String options) {
    f.db.run(
        handle ->
            handle
                .createUpdate(
                    "update @.subscription set options = cast(:options as jsonb)"
                        + " where customer_id = :customer and id = :id")
                .bind("options", options)
                .bind("customer", s.customerId())
                .bind("id", s.id())
                .execute());
  }

  @Test
  void moneyForWhatEndedWhileItWasSuspendedChangesNothing() {
    Subscription s = f.start(ada, "project", Map.of());
    f.at("2026-03-02T00:00:00Z");
    f.burn();
    assertThat(status(s)).isEqualTo(SubscriptionStatus.SUSPENDED);
    f.subscriptions.cancel(ada.id(), s.id(), CancelAt.PERIOD_END);
    f.at("2026-04-01T00:00:00Z");
    f.topUp(ada, "5.00");
    assertThat(f.burn()).isEqualTo(1);
    assertThat(f.burn()).isZero();
    assertThat(f.cash(ada)).isEqualTo("5.00");
  }

  @Test
  void lateUsageOfWhatHasEndedIsDrawnWithTheNextTick() {
    f.topUp(ada, "20.00");
    Subscription s = f.start(ada, "project", Map.of());
    f.at("2026-03-01T10:45:00Z");
    f.subscriptions.cancel(ada.id(), s.id(), CancelAt.NOW);
    f.burn();
    assertThat(f.cash(ada)).isEqualTo("19.87");
    f.at("2026-03-01T11:00:00Z");
    assertThat(f.burn()).isZero();
    f.usage.record(f.used(s, "traffic", "50", "2026-03-01T10:00:00Z", "2026-03-01T10:45:00Z", "a"));
    assertThat(f.burn()).isEqualTo(1);
    assertThat(f.cash(ada)).isEqualTo("18.87");
    assertThat(f.nextDue(ada.id())).isEmpty();
    // All is drawn, and nothing is looked at again.
    f.at("2026-04-01T00:00:00Z");
    assertThat(f.burn()).isZero();
    assertThat(f.cash(ada)).isEqualTo("18.87");
  }

  @Test
  void usageOfWhatHasEndedStaysOwedUntilThereIsCash() {
    f.topUp(ada, "0.50");
    Subscription s = f.start(ada, "project", Map.of());
    f.usage.record(f.used(s, "traffic", "50", START, START, "a"));
    f.at("2026-03-01T10:45:00Z");
    f.subscriptions.cancel(ada.id(), s.id(), CancelAt.NOW);
    f.burn();
    assertThat(f.cash(ada)).isEqualTo("0.37");
    f.topUp(ada, "5.00");
    assertThat(f.burn()).isEqualTo(1);
    assertThat(f.cash(ada)).isEqualTo("4.37");
    f.at("2026-04-01T00:00:00Z");
    assertThat(f.burn()).isZero();
  }

  @Test
  void aMinimumThatTheCashDoesNotCoverStaysOwed() {
    sell("metered", MINIMUM);
    f.topUp(ada, "3.00");
    Subscription s = f.start(ada, "metered", Map.of());
    f.burn();
    f.at("2026-04-01T00:00:00Z");
    f.burn();
    assertThat(f.cash(ada)).isEqualTo("3.00");
    assertThat(status(s)).isEqualTo(SubscriptionStatus.SUSPENDED);
    f.at("2026-04-02T00:00:00Z");
    f.topUp(ada, "1.00");
    f.burn();
    assertThat(status(s)).isEqualTo(SubscriptionStatus.SUSPENDED);
    f.topUp(ada, "3.00");
    f.burn();
    assertThat(status(s)).isEqualTo(SubscriptionStatus.ACTIVE);
    assertThat(f.cash(ada)).isEqualTo("2.00");
    f.prepaid.draw(ada.id());
    assertThat(f.cash(ada)).isEqualTo("2.00");
  }

  @Test
  void aMinimumIsOwedThoughTheCashEndedInALaterMonth() {
    sell("metered", NODES, MINIMUM);
    f.topUp(ada, "10.00");
    Subscription s = f.start(ada, "metered", Map.of());
    // The tick is late. The cash pays the time until April 3.
    f.at("2026-04-20T00:00:00Z");
    f.burn();
    assertThat(f.cash(ada)).isEqualTo("0.00");
    assertThat(status(s)).isEqualTo(SubscriptionStatus.SUSPENDED);
    f.topUp(ada, "10.00");
    f.burn();
    assertThat(f.cash(ada)).isEqualTo("5.00");
  }

  @Test
  void aMinimumOfWhatHasEndedStaysOwed() {
    sell("metered", MINIMUM);
    f.topUp(ada, "1.00");
    Subscription s = f.start(ada, "metered", Map.of());
    f.at("2026-03-16T12:00:00Z");
    f.subscriptions.cancel(ada.id(), s.id(), CancelAt.NOW);
    f.burn();
    assertThat(f.cash(ada)).isEqualTo("1.00");
    f.topUp(ada, "5.00");
    f.burn();
    // Half of the month.
    assertThat(f.cash(ada)).isEqualTo("3.50");
    f.at("2026-05-01T00:00:00Z");
    assertThat(f.burn()).isZero();
  }

  @Test
  void aMinimumIsOwedForTheWholeMonthHoweverOftenItWasDrawnWithin() {
    sell("metered", MINIMUM);
    f.topUp(ada, "20.00");
    Subscription s = f.start(ada, "metered", Map.of());
    f.at("2026-03-10T00:00:00Z");
    f.subscriptions.changeQuantity(ada.id(), s.id(), 2);
    f.at("2026-03-20T00:00:00Z");
    f.burn();
    f.at("2026-04-01T00:00:00Z");
    f.burn();
    assertThat(f.cash(ada)).isEqualTo("15.00");
  }
}

package dev.innkeeper.billing.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.rating.Charge;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PrepaidBurnTest {
  private final BillingFixture f = new BillingFixture("2026-03-01T00:00:00Z");
  private final Customer ada = f.customer();

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
}

package dev.innkeeper.billing.subscription;

import static dev.innkeeper.billing.subscription.BillingFixture.total;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.problem.NotFound;
import dev.innkeeper.billing.rating.Charge;
import dev.innkeeper.billing.rating.ChargeScope;
import dev.innkeeper.billing.time.Interval;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What has gone wrong elsewhere with changes in the middle of a term. */
class SubscriptionLifeTest {
  private final BillingFixture f = new BillingFixture("2026-03-01T00:00:00Z");
  private final Customer ada = f.customer();

  @Test
  void aServiceEndedInTheMiddleOfAMonthIsBilledForItsHours() {
    Subscription s = f.start(ada, "site", Map.of());
    f.at("2026-03-04T04:00:00Z");
    f.subscriptions.cancel(ada.id(), s.id(), CancelAt.NOW);
    f.at("2026-04-01T00:00:00Z");
    assertThat(f.take(ada, "2026-04-01T00:00:00Z"))
        .extracting(Charge::explanation)
        .containsExactly("76 h × 0.00694 EUR");
    assertThat(f.nextDue(ada.id())).isEmpty();
  }

  @Test
  void aServiceOfTheSameProductStartedAgainIsBilledAgain() {
    for (int i = 1; i <= 2; i++) {
      Subscription s = f.start(ada, "site", Map.of());
      f.at("2026-03-0" + (i * 2) + "T00:00:00Z");
      f.subscriptions.cancel(ada.id(), s.id(), CancelAt.NOW);
    }
    f.at("2026-04-01T00:00:00Z");
    assertThat(f.take(ada, "2026-04-01T00:00:00Z"))
        .extracting(Charge::explanation)
        .containsExactlyInAnyOrder("24 h × 0.00694 EUR", "48 h × 0.00694 EUR");
  }

  @Test
  void pausedAndResumedSeveralTimesInOneTermLeavesNoOverlapAndNobodyParked() {
    Subscription s = f.start(ada, "forge", Map.of());
    List<Charge> charges = new ArrayList<>(f.take(ada, "2026-03-01T00:00:00Z"));
    for (int day = 2; day <= 20; day += 2) {
      f.at("2026-03-%02dT00:00:00Z".formatted(day));
      f.subscriptions.pause(ada.id(), s.id());
      f.at("2026-03-%02dT00:00:00Z".formatted(day + 1));
      f.subscriptions.resume(ada.id(), s.id());
      if (day % 3 == 0) {
        charges.addAll(f.take(ada, f.clock.instant().toString(), ChargeScope.ADVANCE_ONLY));
      }
    }
    f.at("2026-04-01T00:00:00Z");
    charges.addAll(f.take(ada, "2026-04-01T00:00:00Z"));
    // 21 of 31 days of March, all of April, and the set-up fee.
    assertThat(total(charges)).isEqualTo(813 + 1200 + 500);
    assertThat(f.take(ada, "2026-04-01T00:00:00Z")).isEmpty();
  }

  @Test
  void aFailureWhileChargingIsToldAndTheNextRunChargesTheSameOnce() {
    Subscription s = f.start(ada, "site", Map.of());
    f.at("2026-04-01T00:00:00Z");
    f.db.run(
        h ->
            h.createUpdate(
                    "update @.subscription_billing set open = chr(10) || 'broken'"
                        + " where customer_id = :c")
                .bind("c", ada.id())
                .execute());
    Map<UUID, Instant> through = Map.of(ada.id(), f.clock.instant());
    for (int run = 0; run < 3; run++) {
      Taken taken = f.db.tx(h -> f.charges.take(through, ChargeScope.ALL));
      assertThat(taken.charges()).isEmpty();
      assertThat(taken.parked().get(ada.id())).contains("watermark is damaged");
    }
    f.db.run(
        h ->
            h.createUpdate("update @.subscription_billing set open = '' where customer_id = :c")
                .bind("c", ada.id())
                .execute());
    assertThat(f.take(ada, "2026-04-01T00:00:00Z")).hasSize(1);
    assertThat(s.status()).isEqualTo(SubscriptionStatus.ACTIVE);
  }

  private static String raise(String policy) {
    return """
        products:
          - code: forge
            name: Forge
            billing: in-advance
            provisioner: forge
            prices:
              - currency: EUR
                effective: 2026-04-10T00:00:00Z
                raise: POLICY
                notice: P40D
                components:
                  - {code: base, name: Base, per: month, price: 15.00}
        """
        .replace("POLICY", policy);
  }

  private List<String> amounts(String through) {
    f.at(through);
    return f.take(ada, through).stream().map(c -> c.amount().toPlainString()).toList();
  }

  @Test
  void aRaiseOfAFixedPriceNeverInvoicesExistingCustomersTwice() {
    f.start(ada, "forge", Map.of());
    assertThat(amounts("2026-04-01T00:00:00Z")).containsExactly("5.00", "12.00", "12.00");
    f.catalog.apply(raise("keep"), "ada");
    assertThat(amounts("2026-04-20T00:00:00Z")).isEmpty();
    assertThat(amounts("2026-05-01T00:00:00Z")).containsExactly("12.00");
    Customer bob = f.customer();
    f.start(bob, "forge", Map.of());
    assertThat(f.take(bob, "2026-05-01T00:00:00Z").get(0).amount().toPlainString())
        .isEqualTo("15.00");
    assertThat(amounts("2027-05-01T00:00:00Z")).hasSize(12).containsOnly("12.00");
  }

  @Test
  void aRaiseThatMovesDoesSoWithTheFirstPeriodAfterItsNotice() {
    f.start(ada, "forge", Map.of());
    f.at("2026-04-01T00:00:00Z");
    f.catalog.apply(raise("move-at-renewal"), "ada");
    assertThat(amounts("2026-04-01T00:00:00Z")).containsExactly("5.00", "12.00", "12.00");
    // In force since April 10th, but forty days of notice end on May 11th.
    assertThat(amounts("2026-05-01T00:00:00Z")).containsExactly("12.00");
    assertThat(amounts("2026-06-01T00:00:00Z")).containsExactly("15.00");
    Subscription s = f.subscriptions.list(ada.id()).get(0);
    f.at("2026-06-16T00:00:00Z");
    f.subscriptions.changeQuantity(ada.id(), s.id(), 2);
    // The second half of June for one more: at the price moved to.
    assertThat(total(f.take(ada, "2026-06-16T00:00:00Z"))).isEqualTo(750);
  }

  @Test
  void anHourMoreOrLessByDaylightSavingIsBilledAsItWas() {
    Customer berlin =
        f.customer(
            NewCustomer.named("B", "b@example.org", Currency.EUR)
                .withZone(ZoneId.of("Europe/Berlin")));
    f.start(berlin, "site", Map.of("size", "large"));
    f.at("2026-03-31T22:00:00Z");
    // The month began at 23:00 UTC of the day before the start, and has 743 hours.
    assertThat(f.take(berlin, "2026-03-31T22:00:00Z").get(0).explanation()).startsWith("742 h ×");
    assertThat(f.nextDue(berlin.id())).contains(Instant.parse("2026-04-30T22:00:00Z"));
    assertThat(f.take(berlin, "2026-03-31T22:00:00Z")).isEmpty();
    f.at("2026-10-31T23:00:00Z");
    List<Charge> summer = f.take(berlin, "2026-10-31T23:00:00Z");
    assertThat(summer).hasSize(7);
    assertThat(summer.get(6).explanation()).startsWith("745 h ×");
  }

  @Test
  void anAnchorOnThe31stIsBilledEachMonthAndComesBackToThe31st() {
    f.at("2027-01-31T00:00:00Z");
    Customer late =
        f.customer(NewCustomer.named("L", "l@example.org", Currency.EUR).withAnchorDay(31));
    f.start(late, "forge", Map.of());
    List<String> starts = new ArrayList<>();
    for (String end :
        List.of("2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31")) {
      Instant due = f.nextDue(late.id()).orElseThrow();
      assertThat(due).isEqualTo(end + "T00:00:00Z");
      f.clock.set(due);
      f.take(late, due.toString()).stream()
          .filter(c -> c.component().equals("base"))
          .forEach(c -> starts.add(c.amount().toPlainString()));
    }
    assertThat(starts).hasSize(5).containsOnly("12.00");
  }

  @Test
  void severalUpgradesInOnePeriodAreEachChargedForTheirTimeAndPayNobody() {
    Subscription s = f.start(ada, "forge", Map.of());
    List<Charge> charges = new ArrayList<>(f.take(ada, "2026-03-01T00:00:00Z"));
    long[] sums = new long[4];
    for (int i = 1; i <= 3; i++) {
      f.at("2026-03-%02dT00:00:00Z".formatted(1 + 8 * i));
      f.subscriptions.changeQuantity(ada.id(), s.id(), 1 + i);
      assertThat(f.nextDue(ada.id())).contains(f.clock.instant());
      List<Charge> upgrade = f.take(ada, f.clock.instant().toString(), ChargeScope.ADVANCE_ONLY);
      sums[i] = total(upgrade);
      charges.addAll(upgrade);
    }
    // One more of 12.00 for 23, 15 and 7 of 31 days.
    assertThat(sums).containsExactly(0, 890, 581, 271);
    f.at("2026-03-26T00:00:00Z");
    f.subscriptions.changeQuantity(ada.id(), s.id(), 1);
    List<Charge> downgrade = f.take(ada, "2026-03-26T00:00:00Z", ChargeScope.ADVANCE_ONLY);
    // Six days of three that were paid: 6/31 of 36.00.
    assertThat(total(downgrade)).isEqualTo(-697);
    charges.addAll(downgrade);
    f.subscriptions.cancel(ada.id(), s.id(), CancelAt.NOW);
    charges.addAll(f.take(ada, "2026-03-26T00:00:00Z"));
    assertThat(total(charges)).isPositive();
    assertThat(charges).allSatisfy(c -> assertThat(c.explanation()).isNotBlank());
  }

  @Test
  void suspendedTimeIsNotBilledNorFilledInAfterwards() {
    Subscription s = f.start(ada, "site", Map.of());
    f.at("2026-03-02T00:00:00Z");
    f.subscriptions.suspend(ada.id(), s.id(), "unpaid");
    f.at("2026-05-01T00:00:00Z");
    assertThat(f.take(ada, "2026-04-01T00:00:00Z"))
        .extracting(Charge::explanation)
        .containsExactly("24 h × 0.00694 EUR");
    assertThat(f.take(ada, "2026-05-01T00:00:00Z")).isEmpty();
    f.subscriptions.unsuspend(ada.id(), s.id());
    f.at("2026-05-02T00:00:00Z");
    assertThat(f.take(ada, "2026-05-02T00:00:00Z"))
        .extracting(Charge::explanation)
        .containsExactly("24 h × 0.00694 EUR");
    assertThat(
            f.subscriptions.usedTime(
                ada.id(),
                s.id(),
                new Interval(
                    Instant.parse("2026-03-01T12:00:00Z"), Instant.parse("2026-06-01T00:00:00Z"))))
        .isEqualTo(Duration.ofHours(36));
  }

  @Test
  void keysThatDifferWithinAMinuteAreTwoKeysAndARepeatIsOne() {
    NewSubscription wanted = NewSubscription.of(ada.id(), "site", Currency.EUR);
    Subscription one = f.subscriptions.start(wanted, "2026-03-01T00:00:01Z");
    Subscription two = f.subscriptions.start(wanted, "2026-03-01T00:00:02Z");
    f.clock.advance(Duration.ofDays(3));
    assertThat(two.id()).isNotEqualTo(one.id());
    assertThat(f.subscriptions.start(wanted, "2026-03-01T00:00:01Z").id()).isEqualTo(one.id());
    assertThat(f.subscriptions.list(ada.id())).hasSize(2);
  }

  @Test
  void aCancellationForThePeriodsEndCanBeTakenBackUntilThen() {
    Subscription s = f.start(ada, "forge", Map.of());
    f.take(ada, "2026-03-01T00:00:00Z");
    Subscription ending = f.subscriptions.cancel(ada.id(), s.id(), CancelAt.PERIOD_END);
    assertThat(ending.endedAt()).isEqualTo("2026-04-01T00:00:00Z");
    assertThat(f.subscriptions.keep(ada.id(), s.id()).endedAt()).isNull();
    f.subscriptions.cancel(ada.id(), s.id(), CancelAt.PERIOD_END);
    f.at("2026-04-01T00:00:00Z");
    assertThat(f.take(ada, "2026-04-01T00:00:00Z")).isEmpty();
    assertThat(new SubscriptionEnds(f.subscriptions).runBatch(f.clock.instant())).isEqualTo(1);
    assertThat(new SubscriptionEnds(f.subscriptions).runBatch(f.clock.instant())).isZero();
    assertThat(f.subscriptions.get(ada.id(), s.id()).status()).isEqualTo(SubscriptionStatus.ENDED);
    assertThatThrownBy(() -> f.subscriptions.resume(ada.id(), s.id()))
        .isInstanceOf(NotAllowed.class);
    assertThat(f.events.of(ada.id(), 0, 50))
        .extracting(e -> e.type())
        .containsOnlyOnce("subscription.terminated");
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    Subscription s = f.start(ada, "site", Map.of());
    assertThatThrownBy(() -> f.subscriptions.changeQuantity(ada.id(), s.id(), 0))
        .isInstanceOf(InvalidInput.class);
    assertThatThrownBy(() -> f.subscriptions.changeQuantity(f.customer().id(), s.id(), 2))
        .isInstanceOf(NotFound.class);
    assertThatThrownBy(() -> f.subscriptions.changePlan(ada.id(), s.id(), "project", Map.of()))
        .isInstanceOf(NotAllowed.class);
    assertThatThrownBy(() -> f.subscriptions.suspend(ada.id(), s.id(), " "))
        .isInstanceOf(InvalidInput.class);
    assertThat(f.subscriptions.pause(ada.id(), s.id()).status())
        .isEqualTo(SubscriptionStatus.PAUSED);
    assertThat(f.subscriptions.suspend(ada.id(), s.id(), "unpaid").status())
        .isEqualTo(SubscriptionStatus.SUSPENDED);
    assertThat(f.subscriptions.unsuspend(ada.id(), s.id()).status())
        .isEqualTo(SubscriptionStatus.PAUSED);
  }

  @Test
  void aForecastTellsThePeriodsCostAndTheNextInvoice() {
    f.start(ada, "site", Map.of());
    f.start(ada, "forge", Map.of());
    f.take(ada, "2026-03-01T00:00:00Z");
    f.at("2026-03-11T00:00:00Z");
    Forecast forecast = f.subscriptions.forecast(ada.id());
    assertThat(forecast.accrued()).hasToString("[1.67 EUR]");
    assertThat(forecast.toPeriodEnd()).hasToString("[4.99 EUR]");
    assertThat(forecast.nextInvoiceAt()).isEqualTo("2026-04-01T00:00:00Z");
    assertThat(forecast.nextInvoice()).hasToString("[16.99 EUR]");
    assertThat(forecast.depletesAt()).isNull();
  }
}

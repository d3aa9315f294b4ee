package dev.innkeeper.billing.subscription;

import static dev.innkeeper.billing.subscription.BillingFixture.total;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.rating.Charge;
import dev.innkeeper.billing.rating.ChargeKind;
import dev.innkeeper.billing.rating.ChargeScope;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChargeBookTest {
  private final BillingFixture f = new BillingFixture("2026-03-10T00:00:00Z");
  private final Customer ada = f.customer();

  @Test
  void hoursAreChargedAtTheEndOfThePeriodAndSayHowTheyCameAbout() {
    f.start(ada, "site", Map.of("size", "small"));
    assertThat(f.nextDue(ada.id())).contains(Instant.parse("2026-04-01T00:00:00Z"));
    f.at("2026-04-01T00:00:00Z");
    List<Charge> charges = f.take(ada, "2026-04-01T00:00:00Z");
    assertThat(charges).hasSize(1);
    Charge charge = charges.get(0);
    assertThat(charge.amount().toString()).isEqualTo("3.66 EUR");
    assertThat(charge.explanation()).isEqualTo("528 h × 0.00694 EUR");
    assertThat(charge.description()).isEqualTo("Web site (address=no, size=small): Compute");
    assertThat(f.take(ada, "2026-04-01T00:00:00Z")).isEmpty();
    assertThat(f.nextDue(ada.id())).contains(Instant.parse("2026-05-01T00:00:00Z"));
  }

  @Test
  void aFullMonthIsCapped() {
    f.at("2026-04-01T00:00:00Z");
    f.start(ada, "site", Map.of("size", "small"));
    f.at("2026-05-01T00:00:00Z");
    assertThat(f.take(ada, "2026-05-01T00:00:00Z").get(0).explanation())
        .isEqualTo("720 h × 0.00694 EUR, capped at 4.99 EUR");
  }

  @Test
  void aMonthInAdvanceIsChargedAtTheStartAndTheRestGivenBackAtACancellation() {
    f.start(ada, "forge", Map.of());
    assertThat(f.nextDue(ada.id())).contains(Instant.parse("2026-03-10T00:00:00Z"));
    List<Charge> first = f.take(ada, "2026-03-10T00:00:00Z", ChargeScope.ADVANCE_ONLY);
    // 22 of 31 days of 12.00, and the set-up fee.
    assertThat(first).extracting(c -> c.amount().toPlainString()).containsExactly("5.00", "8.52");
    assertThat(f.nextDue(ada.id())).contains(Instant.parse("2026-04-01T00:00:00Z"));
    f.at("2026-04-01T00:00:00Z");
    assertThat(f.take(ada, "2026-04-01T00:00:00Z"))
        .extracting(c -> c.amount().toPlainString())
        .containsExactly("12.00");
    f.at("2026-04-16T00:00:00Z");
    Subscription s = f.subscriptions.list(ada.id()).get(0);
    f.subscriptions.cancel(ada.id(), s.id(), CancelAt.NOW);
    f.at("2026-05-01T00:00:00Z");
    List<Charge> last = f.take(ada, "2026-05-01T00:00:00Z");
    assertThat(last).hasSize(1);
    assertThat(last.get(0).kind()).isEqualTo(ChargeKind.CREDIT);
    assertThat(total(last)).isEqualTo(-600);
    assertThat(f.nextDue(ada.id())).isEmpty();
    assertThat(f.take(ada, "2026-05-01T00:00:00Z")).isEmpty();
  }

  @Test
  void chargesAreNotTakenForTheFutureNorOutsideATransaction() {
    Map<java.util.UUID, Instant> future = Map.of(ada.id(), Instant.parse("2026-04-01T00:00:00Z"));
    assertThatThrownBy(() -> f.charges.take(future, ChargeScope.ALL))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> f.db.run(h -> f.charges.take(future, ChargeScope.ALL)))
        .isInstanceOf(InvalidInput.class);
  }

  @Test
  void aCustomerWhosePhasesContradictIsParkedAndTheOthersAreCharged() {
    Customer bob = f.customer();
    Subscription broken = f.start(ada, "site", Map.of());
    f.start(bob, "site", Map.of());
    f.db.run(
        h ->
            h.createUpdate("delete from @.subscription_phase where subscription_id = :id")
                .bind("id", broken.id())
                .execute());
    f.at("2026-04-01T00:00:00Z");
    Instant through = f.clock.instant();
    Taken taken =
        f.db.tx(h -> f.charges.take(Map.of(ada.id(), through, bob.id(), through), ChargeScope.ALL));
    assertThat(taken.parked()).containsOnlyKeys(ada.id());
    assertThat(taken.charges()).containsOnlyKeys(bob.id());
  }

  @Test
  void nothingStartsWithoutAPrice() {
    assertThatThrownBy(
            () ->
                f.subscriptions.start(
                    NewSubscription.of(
                        ada.id(), "site", dev.innkeeper.billing.money.Currency.of("JPY")),
                    "k"))
        .isInstanceOf(NotAllowed.class)
        .hasMessageContaining("no price in JPY");
    assertThatThrownBy(() -> f.start(ada, "site", Map.of("size", "huge")))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("[small, medium, large]");
  }
}

package dev.innkeeper.billing.dunning;

import static dev.innkeeper.billing.payment.PaymentFixture.GOOD;
import static dev.innkeeper.billing.payment.PaymentFixture.eur;
import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.catalog.SampleCatalog;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.PaymentFixture;
import dev.innkeeper.billing.subscription.NewSubscription;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The sample's small site costs 0.00694 an hour: 4.00 last a little more than 24 days. */
class RunwaysTest {
  private static final Instant DEPLETED = Instant.parse("2027-04-25T01:00:00Z");

  private final PaymentFixture f = new PaymentFixture();
  private final Runways runways = f.engine.runways();

  RunwaysTest() {
    f.engine.catalog().apply(SampleCatalog.yaml(), "tester");
  }

  private UUID running(String voucher) {
    UUID customer = f.customer();
    f.voucher(customer, voucher);
    f.engine
        .subscriptions()
        .start(NewSubscription.of(customer, "site", Currency.EUR), "s" + customer);
    f.runDue();
    return customer;
  }

  private void tickAt(String at) {
    f.clock.set(Instant.parse(at));
    while (runways.runBatch(f.clock.instant()) > 0) {}
  }

  private long warnings(UUID customer) {
    return f.events(customer).stream().filter("wallet.ending"::equals).count();
  }

  @Test
  void whoPaysFromCreditIsWarnedAWeekBeforeItIsUsedUpAndOnce() {
    UUID ada = running("4.00");
    assertThat(runways.depletesAt(ada).get())
        .isBetween(DEPLETED.minus(Duration.ofHours(1)), DEPLETED.plus(Duration.ofHours(1)));
    tickAt("2027-04-17T23:00:00Z");
    assertThat(warnings(ada)).isZero();
    tickAt("2027-04-18T02:00:00Z");
    assertThat(warnings(ada)).isEqualTo(1);
    tickAt("2027-04-24T00:00:00Z");
    f.engine.settlement().settle(ada);
    tickAt("2027-04-24T00:00:01Z");
    assertThat(warnings(ada)).isEqualTo(1);
  }

  @Test
  void moreCreditMovesTheWarningAndTheNextEndIsToldAgain() {
    UUID ada = running("4.00");
    tickAt("2027-04-18T02:00:00Z");
    f.voucher(ada, "3.00");
    tickAt("2027-04-18T03:00:00Z");
    assertThat(warnings(ada)).isEqualTo(1);
    // April is capped at 4.99; what is left lasts until the twelfth of May or so.
    assertThat(runways.depletesAt(ada).get())
        .isBetween(Instant.parse("2027-05-12T00:00:00Z"), Instant.parse("2027-05-14T00:00:00Z"));
    tickAt("2027-05-08T00:00:00Z");
    assertThat(warnings(ada)).isEqualTo(2);
  }

  @Test
  void whoHasACardOrRunsNothingIsNotWarnedAndCostsNothing() {
    UUID ada = running("4.00");
    f.card(ada, GOOD);
    UUID bob = f.customer();
    f.voucher(bob, "1.00");
    f.runDue();
    tickAt("2027-04-24T00:00:00Z");
    assertThat(warnings(ada)).isZero();
    assertThat(runways.depletesAt(ada)).isEmpty();
    assertThat(warnings(bob)).isZero();
    long rows =
        f.db.tx(
            handle ->
                handle
                    .createQuery("select count(*) from @.runway where customer_id = :c")
                    .bind("c", bob)
                    .mapTo(Long.class)
                    .one());
    assertThat(rows).isZero();
  }

  @Test
  void prepaidCashThatRunsOutIsToldToo() {
    UUID ada = f.customer();
    f.card(ada, GOOD);
    f.topUp(ada, "2.00");
    f.engine.subscriptions().start(NewSubscription.of(ada, "project", Currency.EUR), "p");
    f.runDue();
    // 2.00 at 0.0125 an hour are 160 hours: within the week before the end from the start.
    assertThat(warnings(ada)).isEqualTo(1);
    assertThat(runways.depletesAt(ada).get())
        .isBetween(Instant.parse("2027-04-07T15:00:00Z"), Instant.parse("2027-04-07T17:00:00Z"));
  }

  @Test
  void anOutlookFallsFromWhatThereIsToNothing() {
    UUID ada = running("4.00");
    Outlook outlook = runways.outlook(ada);
    assertThat(outlook.points()).hasSize(11);
    assertThat(outlook.points().get(0).left()).isEqualTo(eur("4.00"));
    assertThat(outlook.points().get(5).left()).isBetween(eur("1.98"), eur("2.02"));
    assertThat(outlook.points().get(10).left()).isEqualTo(eur("0.00"));
    assertThat(outlook.depletesAt()).isEqualTo(outlook.points().get(10).at());
  }
}

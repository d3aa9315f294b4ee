package dev.innkeeper.billing.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.testing.MutableClock;
import dev.innkeeper.billing.testing.TestDatabase;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LedgerHoldTest {
  private final MutableClock clock = MutableClock.at("2027-01-31T12:00:00Z");
  private final Database db = TestDatabase.create();
  private final Ids ids = new Ids(clock, new Random(7));
  private final Ledger ledger = new Ledger(db, clock);
  private final AccountId cash = Accounts.cash(ids.next(), Currency.EUR);
  private final AccountId revenue = Accounts.revenue("vm", Currency.EUR);

  @BeforeEach
  void tenEuros() {
    ledger.require(
        Transfer.builder(ids.next(), "top-up")
            .debit(Accounts.gateway("sandbox", Currency.EUR), eur(1000))
            .credit(cash, eur(1000))
            .build());
  }

  @AfterEach
  void theBooksAreClean() {
    ledger.dueWork().forEach(work -> work.runBatch(clock.instant()));
    assertThat(ledger.audit().verify(1).findings()).isEmpty();
    ledger.close();
  }

  private static Amount eur(long cents) {
    return Amount.ofMinor(cents, Currency.EUR);
  }

  private Transfer spend(long cents) {
    return Transfer.builder(ids.next(), "charge")
        .debit(cash, eur(cents))
        .credit(revenue, eur(cents))
        .build();
  }

  private Hold hold(long cents) {
    return new Hold(ids.next(), cash, eur(cents), clock.instant().plus(Duration.ofHours(1)));
  }

  private static RefusalReason reason(PostResult result) {
    return ((PostResult.Refused) result).reason();
  }

  @Test
  void whatIsHeldCannotBeSpentOtherwise() {
    Hold hold = hold(700);
    assertThat(ledger.reserve(hold).isPosted()).isTrue();
    assertThat(ledger.balance(cash)).isEqualTo(eur(1000));
    assertThat(ledger.available(cash)).isEqualTo(eur(300));
    assertThat(reason(ledger.post(spend(301)))).isEqualTo(RefusalReason.INSUFFICIENT_FUNDS);
    assertThat(reason(ledger.reserve(hold(301)))).isEqualTo(RefusalReason.INSUFFICIENT_FUNDS);
    assertThat(ledger.post(spend(300)).isPosted()).isTrue();
    assertThat(ledger.available(cash)).isEqualTo(eur(0));
  }

  @Test
  void aHoldIsCapturedInPartsAndTheRestReleased() {
    Hold hold = hold(700);
    ledger.reserve(hold);
    Transfer part = spend(250);
    assertThat(ledger.capture(hold.id(), part).isPosted()).isTrue();
    assertThat(ledger.capture(hold.id(), part))
        .isInstanceOfSatisfying(PostResult.Posted.class, p -> assertThat(p.replayed()).isTrue());
    assertThat(reason(ledger.capture(hold.id(), spend(451))))
        .isEqualTo(RefusalReason.HOLD_EXCEEDED);
    assertThat(ledger.hold(hold.id()).orElseThrow().remaining()).isEqualTo(eur(450));
    UUID release = ids.next();
    assertThat(ledger.release(hold.id(), release).isPosted()).isTrue();
    assertThat(ledger.release(hold.id(), release).isPosted()).isTrue();
    assertThat(ledger.available(cash)).isEqualTo(eur(750));
    assertThat(reason(ledger.capture(hold.id(), spend(1)))).isEqualTo(RefusalReason.HOLD_NOT_OPEN);
    assertThat(reason(ledger.release(hold.id(), ids.next())))
        .isEqualTo(RefusalReason.HOLD_NOT_OPEN);
  }

  @Test
  void aHoldEndsWithItsTime() {
    Hold hold = hold(700);
    ledger.reserve(hold);
    clock.advance(Duration.ofMinutes(61));
    assertThat(reason(ledger.capture(hold.id(), spend(1)))).isEqualTo(RefusalReason.HOLD_NOT_OPEN);
    assertThat(ledger.available(cash)).isEqualTo(eur(300));
    ledger.dueWork().forEach(work -> work.runBatch(clock.instant()));
    assertThat(ledger.available(cash)).isEqualTo(eur(1000));
  }

  @Test
  void aTransferIsReversedOnce() {
    Transfer spend = spend(400);
    ledger.require(spend);
    UUID reversal = ids.next();
    assertThat(ledger.reverse(spend.id(), reversal, Map.of("why", "test")).isPosted()).isTrue();
    assertThat(ledger.reverse(spend.id(), reversal, Map.of("why", "test")))
        .isInstanceOfSatisfying(PostResult.Posted.class, p -> assertThat(p.replayed()).isTrue());
    assertThat(ledger.balance(cash)).isEqualTo(eur(1000));
    assertThat(ledger.balance(revenue)).isEqualTo(eur(0));
    assertThat(reason(ledger.reverse(spend.id(), ids.next(), Map.of())))
        .isEqualTo(RefusalReason.ALREADY_REVERSED);
    assertThat(ledger.reverse(reversal, ids.next(), Map.of()).isPosted()).isTrue();
    assertThat(ledger.balance(cash)).isEqualTo(eur(600));
  }

  @Test
  void whatWasSpentMeanwhileCannotBeReversedAway() {
    Transfer topUp =
        Transfer.builder(ids.next(), "top-up")
            .debit(Accounts.gateway("sandbox", Currency.EUR), eur(50))
            .credit(cash, eur(50))
            .build();
    ledger.require(topUp);
    ledger.require(spend(1020));
    assertThat(reason(ledger.reverse(topUp.id(), ids.next(), Map.of())))
        .isEqualTo(RefusalReason.INSUFFICIENT_FUNDS);
  }
}

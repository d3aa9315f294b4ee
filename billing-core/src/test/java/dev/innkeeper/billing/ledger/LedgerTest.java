package dev.innkeeper.billing.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.testing.MutableClock;
import dev.innkeeper.billing.testing.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LedgerTest {
  private final MutableClock clock = MutableClock.at("2027-01-31T12:00:00Z");
  private final Database db = TestDatabase.create();
  private final Ids ids = new Ids(clock, new Random(7));
  private final Ledger ledger = new Ledger(db, clock, LedgerSettings.STANDARD);
  private final UUID ada = ids.next();
  private final UUID bob = ids.next();
  private final AccountId cash = Accounts.cash(ada, Currency.EUR);
  private final AccountId gateway = Accounts.gateway("sandbox", Currency.EUR);
  private final AccountId revenue = Accounts.revenue("vm", Currency.EUR);

  @AfterEach
  void theBooksBalance() {
    ledger.close();
    assertThat(ledger.trialBalance().isBalanced()).isTrue();
  }

  private static Amount eur(long cents) {
    return Amount.ofMinor(cents, Currency.EUR);
  }

  private Transfer topUp(AccountId account, long cents) {
    return Transfer.builder(ids.next(), "top-up")
        .debit(gateway, eur(cents))
        .credit(account, eur(cents))
        .build();
  }

  private Transfer spend(long cents) {
    return Transfer.builder(ids.next(), "charge")
        .debit(cash, eur(cents))
        .credit(revenue, eur(cents))
        .build();
  }

  @Test
  void balancesStandOnTheirNaturalSide() {
    assertThat(ledger.post(topUp(cash, 1000)).isPosted()).isTrue();
    assertThat(ledger.post(spend(300)).isPosted()).isTrue();
    assertThat(ledger.balances(List.of(cash, gateway, revenue, Accounts.cash(bob, Currency.EUR))))
        .isEqualTo(
            Map.of(
                cash,
                eur(700),
                gateway,
                eur(1000),
                revenue,
                eur(300),
                Accounts.cash(bob, Currency.EUR),
                eur(0)));
  }

  @Test
  void aRepeatGivesTheFirstOutcomeAndOtherContentAConflict() {
    Transfer transfer = topUp(cash, 1000);
    PostResult first = ledger.post(transfer);
    clock.advance(Duration.ofDays(3));
    assertThat(ledger.post(transfer))
        .isEqualTo(
            new PostResult.Posted(transfer.id(), ((PostResult.Posted) first).recordedAt(), true));
    Transfer other =
        Transfer.builder(transfer.id(), "top-up")
            .debit(gateway, eur(1000))
            .credit(Accounts.cash(bob, Currency.EUR), eur(1000))
            .build();
    assertThat(ledger.post(other)).isEqualTo(new PostResult.Conflict(transfer.id()));
    assertThat(ledger.postAll(List.of(transfer, other, transfer)))
        .extracting(PostResult::isPosted)
        .containsExactly(true, false, true);
    assertThat(ledger.balance(cash)).isEqualTo(eur(1000));
  }

  @Test
  void aRefusalIsTheAnswerForGood() {
    Transfer spend = spend(300);
    assertThat(ledger.post(spend))
        .isEqualTo(
            new PostResult.Refused(
                spend.id(), RefusalReason.INSUFFICIENT_FUNDS, cash + " lacks 3.00 EUR", false));
    ledger.require(topUp(cash, 1000));
    assertThat(ledger.post(spend))
        .isEqualTo(
            new PostResult.Refused(
                spend.id(), RefusalReason.INSUFFICIENT_FUNDS, cash + " lacks 3.00 EUR", true));
    assertThatThrownBy(() -> ledger.require(spend))
        .isInstanceOfSatisfying(
            NotAllowed.class, e -> assertThat(e.code()).isEqualTo("insufficient-funds"));
    assertThat(ledger.balance(cash)).isEqualTo(eur(1000));
  }

  @Test
  void aBatchIsDecidedInTheOrderOfArrival() {
    assertThat(ledger.postAll(List.of(spend(1), topUp(cash, 10), spend(7), spend(7), spend(3))))
        .extracting(PostResult::isPosted)
        .containsExactly(false, true, true, false, true);
    assertThat(ledger.balance(cash)).isEqualTo(eur(0));
  }

  @Test
  void aLinkedGroupStandsOrFallsAsOne() {
    Transfer in = topUp(cash, 10);
    Transfer out = spend(11);
    assertThat(ledger.postLinked(List.of(in, out)))
        .extracting(r -> ((PostResult.Refused) r).reason())
        .containsExactly(RefusalReason.LINKED_FAILED, RefusalReason.INSUFFICIENT_FUNDS);
    assertThat(ledger.balance(cash)).isEqualTo(eur(0));
    assertThat(ledger.post(in)).isInstanceOf(PostResult.Conflict.class);
    assertThat(ledger.postLinked(List.of(in, out)))
        .extracting(r -> ((PostResult.Refused) r).replayed())
        .containsExactly(true, true);
    assertThat(ledger.postLinked(List.of(topUp(cash, 10), spend(10))))
        .allMatch(PostResult::isPosted);
  }

  @Test
  void postingJoinsTheThreadsTransactionAndIsUndoneWithIt() {
    ledger.require(topUp(cash, 10));
    assertThatThrownBy(
            () ->
                db.run(
                    handle -> {
                      ledger.require(spend(4));
                      assertThat(ledger.balance(cash)).isEqualTo(eur(6));
                      ledger.require(spend(7));
                    }))
        .isInstanceOf(NotAllowed.class);
    assertThat(ledger.balance(cash)).isEqualTo(eur(10));
  }

  @Test
  void theHistoryIsReadInPagesAndTellsAnyPointInTime() {
    List<Instant> instants = new ArrayList<>();
    for (int i = 1; i <= 25; i++) {
      clock.advance(Duration.ofDays(3));
      ledger.require(topUp(cash, i));
      instants.add(clock.instant());
    }
    for (AccountId account : List.of(cash, gateway)) {
      List<Long> balances = new ArrayList<>();
      String cursor = null;
      do {
        HistoryPage page = ledger.history(account, cursor, 7);
        page.entries().forEach(e -> balances.add(e.balanceAfter().minorUnits()));
        cursor = page.next();
      } while (cursor != null);
      assertThat(balances).hasSize(25).startsWith(325L, 300L, 276L).endsWith(6L, 3L, 1L);
      assertThat(ledger.balanceAt(account, instants.get(4))).isEqualTo(eur(15));
      assertThat(ledger.balanceAt(account, instants.get(4).minusSeconds(1))).isEqualTo(eur(10));
      assertThat(ledger.balanceAt(account, instants.get(0).minusSeconds(1))).isEqualTo(eur(0));
    }
    assertThatThrownBy(() -> ledger.history(cash, "1_x_2", 7)).isInstanceOf(InvalidInput.class);
  }

  @Test
  void anAccountOutsideTheChartMustBeOpenedFirst() {
    AccountId credit = new AccountId(ada, "credit-line", Currency.EUR);
    Transfer draw =
        Transfer.builder(ids.next(), "draw").debit(credit, eur(5)).credit(revenue, eur(5)).build();
    assertThat(((PostResult.Refused) ledger.post(draw)).reason())
        .isEqualTo(RefusalReason.UNKNOWN_ACCOUNT);
    assertThat(ledger.trialBalance().rows()).isEmpty();
    ledger.open(AccountSpec.of(credit, AccountType.LIABILITY).withFloor(-5));
    ledger.open(AccountSpec.of(credit, AccountType.LIABILITY).withFloor(-5));
    assertThat(ledger.post(draw).isPosted()).isTrue();
    assertThat(ledger.balance(credit)).isEqualTo(eur(-5));
    assertThatThrownBy(() -> ledger.open(AccountSpec.of(credit, AccountType.LIABILITY)))
        .isInstanceOf(dev.innkeeper.billing.problem.Conflict.class);
  }
}

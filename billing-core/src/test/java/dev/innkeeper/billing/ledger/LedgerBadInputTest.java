package dev.innkeeper.billing.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.testing.MutableClock;
import dev.innkeeper.billing.testing.TestDatabase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What can't be right is refused with a type and a reason, and leaves no trace. */
class LedgerBadInputTest {
  private final MutableClock clock = MutableClock.at("2027-01-31T12:00:00Z");
  private final Database db = TestDatabase.create();
  private final Ids ids = new Ids(clock, new Random(7));
  private final Ledger ledger = new Ledger(db, clock);
  private final AccountId cash = Accounts.cash(ids.next(), Currency.EUR);
  private final AccountId receivable = Accounts.receivable(ids.next(), Currency.EUR);
  private final AccountId revenue = Accounts.revenue("vm", Currency.EUR);
  private final Amount euro = Amount.ofMinor(100, Currency.EUR);

  @AfterEach
  void nothingWasWritten() {
    ledger.close();
    for (String table : List.of("transfer", "entry", "account", "hold", "unsealed")) {
      long rows =
          db.tx(
              handle ->
                  handle
                      .createQuery("select count(*) from @.ledger_" + table)
                      .mapTo(Long.class)
                      .one());
      assertThat(rows).as(table).isZero();
    }
  }

  private Transfer.Builder transfer() {
    return Transfer.builder(ids.next(), "move");
  }

  private static void refused(ThrowingCallable call, String field) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(InvalidInput.class, e -> assertThat(e.field()).isEqualTo(field));
  }

  @Test
  void amountsThatAreNotMoreThanZero() {
    for (long cents : List.of(0L, -1L, Long.MIN_VALUE)) {
      Amount amount = Amount.ofMinor(cents, Currency.EUR);
      refused(() -> transfer().debit(cash, amount), "posting.amount");
      refused(() -> new Hold(ids.next(), cash, amount, clock.instant()), "hold.amount");
    }
  }

  @Test
  void mixedCurrencies() {
    Amount dollar = Amount.ofMinor(100, Currency.USD);
    refused(() -> transfer().debit(cash, dollar), "posting.amount");
    refused(
        () ->
            transfer()
                .debit(cash, euro)
                .credit(Accounts.revenue("vm", Currency.USD), dollar)
                .build(),
        "postings");
    refused(() -> new Hold(ids.next(), cash, dollar, clock.instant()), "hold.amount");
  }

  @Test
  void postingsThatDoNotBalanceOrAreTooFewOrTooMany() {
    refused(() -> transfer().build(), "postings");
    refused(() -> transfer().debit(cash, euro).build(), "postings");
    refused(
        () ->
            transfer().debit(cash, euro).credit(revenue, Amount.ofMinor(99, Currency.EUR)).build(),
        "postings");
    Transfer.Builder many = transfer();
    for (int i = 0; i < 5_000; i++) {
      many.debit(cash, euro).credit(revenue, euro);
    }
    refused(many::build, "postings");
  }

  @Test
  void sumsBeyond64Bits() {
    Amount most = Amount.ofMinor(Long.MAX_VALUE, Currency.EUR);
    refused(
        () ->
            transfer()
                .debit(cash, most)
                .debit(cash, most)
                .credit(revenue, most)
                .credit(revenue, most)
                .build(),
        "postings");
  }

  @Test
  void balancesBeyond64BitsAreRefusedAndUndone() {
    Amount most = Amount.ofMinor(Long.MAX_VALUE, Currency.EUR);
    Transfer first = transfer().debit(receivable, most).credit(revenue, most).build();
    Transfer second = transfer().debit(receivable, euro).credit(revenue, euro).build();
    assertThat(ledger.postLinked(List.of(first, second)))
        .extracting(r -> ((PostResult.Refused) r).reason())
        .containsExactly(RefusalReason.LINKED_FAILED, RefusalReason.BALANCE_OVERFLOW);
  }

  @Test
  void unknownAccounts() {
    AccountId unknown = new AccountId(ids.next(), "piggy-bank", Currency.EUR);
    Transfer transfer = transfer().debit(receivable, euro).credit(unknown, euro).build();
    assertThat(((PostResult.Refused) ledger.post(transfer)).reason())
        .isEqualTo(RefusalReason.UNKNOWN_ACCOUNT);
    // Cash of the house and gateways of customers are not in the chart either.
    AccountId houseCash = new AccountId(Accounts.HOUSE, "cash", Currency.EUR);
    assertThat(
            ledger
                .post(transfer().debit(receivable, euro).credit(houseCash, euro).build())
                .isPosted())
        .isFalse();
    refused(() -> new AccountId(ids.next(), "Cash", Currency.EUR), "account.code");
    refused(() -> new AccountId(ids.next(), "a/" + "b".repeat(200), Currency.EUR), "account.code");
    refused(() -> new AccountId(ids.next(), "cash'; drop table x", Currency.EUR), "account.code");
  }

  @Test
  void unknownHoldsAndTransfers() {
    UUID nothing = ids.next();
    Transfer transfer = transfer().debit(receivable, euro).credit(revenue, euro).build();
    assertThat(((PostResult.Refused) ledger.capture(nothing, transfer)).reason())
        .isEqualTo(RefusalReason.UNKNOWN_HOLD);
    assertThat(((PostResult.Refused) ledger.release(nothing, ids.next())).reason())
        .isEqualTo(RefusalReason.UNKNOWN_HOLD);
    assertThat(
            ((PostResult.Refused) ledger.reverse(nothing, ids.next(), java.util.Map.of())).reason())
        .isEqualTo(RefusalReason.NOT_POSTED);
    refused(() -> new Hold(ids.next(), revenue, euro, clock.instant()), "hold.account");
  }

  @Test
  void absurdMetadata() {
    Transfer.Builder manyKeys = transfer().debit(cash, euro).credit(revenue, euro);
    for (int i = 0; i < 10_000; i++) {
      manyKeys.meta("key" + i, "value");
    }
    refused(manyKeys::build, "metadata");
    for (String text :
        List.of("x".repeat(1_000_000), "a\u0000b", "tab\there", "half \ud83d pair")) {
      refused(
          () -> transfer().debit(cash, euro).credit(revenue, euro).meta("note", text).build(),
          "metadata.note");
      refused(
          () -> transfer().debit(cash, euro).credit(revenue, euro).meta(text, "note").build(),
          "metadata key");
    }
    refused(
        () -> transfer().debit(cash, euro).credit(revenue, euro).meta(" ", "x").build(),
        "metadata");
  }

  @Test
  void absurdKindsAndTimes() {
    for (String kind : List.of("", "Top up", "x".repeat(61), "a\nb")) {
      refused(
          () -> Transfer.builder(ids.next(), kind).debit(cash, euro).credit(revenue, euro).build(),
          "kind");
    }
    for (Instant at : List.of(Instant.MIN, Instant.MAX, Instant.parse("-0044-03-15T12:00:00Z"))) {
      refused(
          () -> transfer().debit(cash, euro).credit(revenue, euro).effectiveAt(at).build(),
          "effectiveAt");
    }
  }

  @Test
  void tooManyTransfersAtOnceOrOneTwiceInAGroup() {
    Transfer transfer = transfer().debit(receivable, euro).credit(revenue, euro).build();
    List<Transfer> tooMany = new ArrayList<>(Collections.nCopies(10_001, transfer));
    refused(() -> ledger.postAll(tooMany), "transfers");
    refused(() -> ledger.postLinked(List.of(transfer, transfer)), "transfers");
    refused(() -> ledger.history(cash, null, 0), "limit");
  }

  @Test
  void floorsThatNoAccountCanBeginWith() {
    AccountId line = new AccountId(ids.next(), "credit-line", Currency.EUR);
    refused(() -> ledger.open(new AccountSpec(line, AccountType.LIABILITY, 1L)), "floor");
    refused(() -> ledger.open(AccountSpec.of(cash, AccountType.ASSET)), "type");
    refused(() -> ledger.open(AccountSpec.of(revenue, AccountType.INCOME).withFloor(0)), "floor");
  }
}

package dev.innkeeper.billing.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.testing.MutableClock;
import dev.innkeeper.billing.testing.TestDatabase;
import dev.innkeeper.billing.work.DueWork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The bulk path books what the careful way books. */
class BulkPostingTest {
  private static final int MANY = 100;

  private final MutableClock clock = MutableClock.at("2027-01-31T12:00:00Z");
  private final Database db = TestDatabase.create();
  private final Ids ids = new Ids(clock, new Random(11));
  private final Ledger ledger = new Ledger(db, clock, LedgerSettings.STANDARD);
  private final AccountId revenue = Accounts.revenue("vm", Currency.EUR);

  @AfterEach
  void theBooksHold() {
    ledger.close();
    for (DueWork work : ledger.dueWork()) {
      while (work.runBatch(clock.instant()) > 0) {}
    }
    assertThat(ledger.audit().verify(1).findings()).isEmpty();
    assertThat(ledger.trialBalance().isBalanced()).isTrue();
  }

  private static Amount eur(long cents) {
    return Amount.ofMinor(cents, Currency.EUR);
  }

  /** An invoice for each of the customers, of 1, 2, 3 … cents. */
  private List<Transfer> invoices(List<UUID> customers) {
    List<Transfer> transfers = new ArrayList<>();
    for (UUID customer : customers) {
      Amount amount = eur(transfers.size() + 1L);
      transfers.add(
          Transfer.builder(ids.next(), "invoice")
              .debit(Accounts.receivable(customer, Currency.EUR), amount)
              .credit(revenue, amount)
              .effectiveAt(clock.instant())
              .meta("number", "INV-2027-" + transfers.size())
              .build());
    }
    return transfers;
  }

  private List<UUID> customers() {
    List<UUID> customers = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      customers.add(ids.next());
    }
    return customers;
  }

  private void inBulk(List<Transfer> transfers) {
    db.run(handle -> ledger.requireNew(transfers));
  }

  @Test
  void opensAccountsAndAddsToThoseThatAreThere() {
    List<UUID> customers = customers();
    inBulk(invoices(customers));
    clock.advance(Duration.ofDays(28));
    List<Transfer> second = invoices(customers);
    inBulk(second);
    assertThat(ledger.balance(Accounts.receivable(customers.get(41), Currency.EUR)))
        .isEqualTo(eur(84));
    assertThat(ledger.balance(revenue)).isEqualTo(eur(MANY * (MANY + 1)));
    // A repeat by the careful way finds the answer that the bulk path stored.
    assertThat(ledger.post(second.get(3)))
        .isEqualTo(new PostResult.Posted(second.get(3).id(), clock.instant(), true));
  }

  @Test
  void entriesNeverGoBackInTimeThoughAClockDoes() {
    List<UUID> customers = customers();
    inBulk(invoices(customers));
    clock.advance(Duration.ofSeconds(-90));
    inBulk(invoices(customers));
    AccountId account = Accounts.receivable(customers.get(0), Currency.EUR);
    assertThat(ledger.history(account, null, 10).entries())
        .extracting(LedgerEntry::recordedAt)
        .containsOnly(clock.instant().plusSeconds(90));
  }

  @Test
  void anIdThatWasUsedBreaksTheTransactionAndLeavesNothing() {
    List<UUID> customers = customers();
    List<Transfer> first = invoices(customers);
    inBulk(first);
    List<Transfer> second = new ArrayList<>(invoices(customers));
    second.set(7, first.get(7));
    assertThatThrownBy(() -> inBulk(second))
        .satisfies(e -> assertThat(Database.sqlState(e)).isEqualTo("23505"));
    assertThat(ledger.balance(revenue)).isEqualTo(eur(MANY * (MANY + 1) / 2));
  }

  @Test
  void oneRefusalLeavesNothingOfTheOthers() {
    List<Transfer> transfers = new ArrayList<>(invoices(customers()));
    transfers.add(
        Transfer.builder(ids.next(), "charge")
            .debit(Accounts.cash(ids.next(), Currency.EUR), eur(1))
            .credit(revenue, eur(1))
            .build());
    assertThatThrownBy(() -> inBulk(transfers))
        .isInstanceOfSatisfying(
            NotAllowed.class, e -> assertThat(e.code()).isEqualTo("insufficient-funds"));
    assertThat(ledger.balance(revenue)).isEqualTo(eur(0));
  }

  @Test
  void belongsToATransaction() {
    assertThatThrownBy(() -> ledger.requireNew(invoices(customers())))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void writersOfTheSameNewAccountsSideBySideLoseNothing() throws Exception {
    int writers = 4;
    int rounds = 5;
    List<UUID> customers = customers();
    List<List<Transfer>> work = new ArrayList<>();
    for (int i = 0; i < writers * rounds; i++) {
      work.add(invoices(customers));
    }
    ExecutorService threads = Executors.newFixedThreadPool(writers);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (List<Transfer> each : work) {
        running.add(threads.submit(() -> inBulk(each)));
      }
      for (Future<?> each : running) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(ledger.balance(revenue))
        .isEqualTo(eur((long) writers * rounds * MANY * (MANY + 1) / 2));
  }
}

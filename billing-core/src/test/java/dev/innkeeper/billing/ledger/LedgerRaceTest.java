package dev.innkeeper.billing.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.testing.MutableClock;
import dev.innkeeper.billing.testing.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LedgerRaceTest {
  private static final int THREADS = 64;

  private final MutableClock clock = MutableClock.at("2027-01-31T12:00:00Z");
  private final HikariDataSource pool = pool();
  private final Database db = new Database(pool, TestDatabase.SCHEMA);
  private final Ids ids = new Ids(clock, new Random(7));
  private final Ledger ledger = new Ledger(db, clock);
  private final AccountId cash = Accounts.cash(ids.next(), Currency.EUR);
  private final AccountId voucher = Accounts.voucher(cash.owner(), Currency.EUR);
  private final AccountId revenue = Accounts.revenue("vm", Currency.EUR);
  private final AccountId gateway = Accounts.gateway("sandbox", Currency.EUR);

  private static HikariDataSource pool() {
    HikariConfig config = new HikariConfig();
    config.setDataSource(TestDatabase.createDataSource());
    config.setMaximumPoolSize(24);
    return new HikariDataSource(config);
  }

  @AfterEach
  void theBooksAreClean() {
    assertThat(ledger.trialBalance().isBalanced()).isTrue();
    ledger.dueWork().forEach(work -> work.runBatch(clock.instant()));
    assertThat(ledger.audit().verify(1).findings()).isEmpty();
    ledger.close();
    pool.close();
  }

  private static Amount eur(long cents) {
    return Amount.ofMinor(cents, Currency.EUR);
  }

  private Transfer move(AccountId from, AccountId to, long cents) {
    return Transfer.builder(ids.next(), "move")
        .debit(from, eur(cents))
        .credit(to, eur(cents))
        .build();
  }

  private void race(Callable<Void> job) throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<Void>> running = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        running.add(
            threads.submit(
                () -> {
                  start.await();
                  return job.call();
                }));
      }
      start.countDown();
      for (Future<Void> future : running) {
        future.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** Half of them through the batcher, half in transactions that lock both accounts at once. */
  @Test
  void sixtyFourThreadsOnOneWalletNeverTakeItBelowItsFloor() throws Exception {
    ledger.require(move(gateway, cash, 500));
    ledger.require(move(gateway, voucher, 500));
    AtomicLong spent = new AtomicLong();
    AtomicLong turn = new AtomicLong();
    race(
        () -> {
          for (int i = 0; i < 20; i++) {
            long n = turn.incrementAndGet();
            if (n % 2 == 0) {
              AccountId from = n % 4 == 0 ? cash : voucher;
              if (ledger.post(move(from, revenue, 1 + n % 3)).isPosted()) {
                spent.addAndGet(1 + n % 3);
              }
            } else {
              Transfer one = move(cash, revenue, 1);
              Transfer two = move(voucher, revenue, 1);
              try {
                ledger.requireAll(n % 4 == 1 ? List.of(one, two) : List.of(two, one));
                spent.addAndGet(2);
              } catch (NotAllowed e) {
                assertThat(e.code()).isEqualTo("insufficient-funds");
              }
            }
          }
          return null;
        });
    long left = ledger.balance(cash).minorUnits() + ledger.balance(voucher).minorUnits();
    assertThat(left + spent.get()).isEqualTo(1000);
    for (AccountId account : List.of(cash, voucher)) {
      assertThat(ledger.history(account, null, 500).entries())
          .allMatch(e -> !e.balanceAfter().isNegative());
    }
  }

  @Test
  void oneIdFromSixtyFourThreadsHasOneEffect() throws Exception {
    Transfer topUp = move(gateway, cash, 5);
    AtomicLong first = new AtomicLong();
    AtomicLong turn = new AtomicLong();
    race(
        () -> {
          PostResult result =
              turn.incrementAndGet() % 2 == 0
                  ? ledger.post(topUp)
                  : db.tx(handle -> ledger.post(topUp));
          PostResult.Posted posted = (PostResult.Posted) result;
          first.addAndGet(posted.replayed() ? 0 : 1);
          return null;
        });
    assertThat(first.get()).isEqualTo(1);
    assertThat(ledger.balance(cash)).isEqualTo(eur(5));
  }

  @Test
  void oneIdWithTwoContentsHasTheEffectOfOne() throws Exception {
    UUID id = ids.next();
    AtomicLong turn = new AtomicLong();
    AtomicLong posted = new AtomicLong();
    race(
        () -> {
          long n = turn.incrementAndGet();
          AccountId to = n % 2 == 0 ? cash : Accounts.cash(new UUID(n, n), Currency.EUR);
          Transfer transfer =
              Transfer.builder(id, "move").debit(gateway, eur(n)).credit(to, eur(n)).build();
          PostResult result =
              n % 3 == 0 ? ledger.post(transfer) : db.tx(handle -> ledger.post(transfer));
          posted.addAndGet(result.isPosted() ? 1 : 0);
          return null;
        });
    assertThat(posted.get()).isEqualTo(1);
  }
}

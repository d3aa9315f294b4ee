package dev.innkeeper.billing.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.innkeeper.billing.db.Contention;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.testing.MutableClock;
import dev.innkeeper.billing.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
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

  /** The server looks for deadlocks at once; existing connections don't hear of it. */
  private void findDeadlocksSoon() {
    db.run(
        handle -> {
          String name = handle.createQuery("select current_database()").mapTo(String.class).one();
          handle.execute("alter database " + name + " set deadlock_timeout = '20ms'");
        });
    pool.getHikariPoolMXBean().softEvictConnections();
  }

  @Test
  void transactionsThatPostInOppositeOrdersAllGetThrough() throws Exception {
    findDeadlocksSoon();
    AccountId one = Accounts.funds(ids.next(), Currency.EUR);
    AccountId two = Accounts.funds(ids.next(), Currency.EUR);
    ledger.postAll(List.of(move(gateway, one, 1_000), move(gateway, two, 1_000)));
    int workers = 8;
    int each = 10;
    ExecutorService threads = Executors.newFixedThreadPool(workers);
    try {
      List<Callable<Void>> jobs = new ArrayList<>();
      for (int t = 0; t < workers; t++) {
        boolean forth = t % 2 == 0;
        jobs.add(
            () -> {
              for (int i = 0; i < each; i++) {
                Transfer first = move(forth ? one : two, revenue, 1);
                Transfer second = move(forth ? two : one, revenue, 1);
                db.run(
                    handle -> {
                      ledger.require(first);
                      ledger.require(second);
                    });
              }
              return null;
            });
      }
      for (Future<Void> future : threads.invokeAll(jobs)) {
        future.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(ledger.balance(one)).isEqualTo(eur(1_000 - workers * each));
    assertThat(ledger.balance(two)).isEqualTo(eur(1_000 - workers * each));
  }

  @Test
  void aCallersTransactionThatLosesIsToldToRunAgain() throws Exception {
    findDeadlocksSoon();
    AccountId one = Accounts.funds(ids.next(), Currency.EUR);
    AccountId two = Accounts.funds(ids.next(), Currency.EUR);
    ledger.postAll(List.of(move(gateway, one, 10), move(gateway, two, 10)));
    CountDownLatch bothHaveTheirFirst = new CountDownLatch(2);
    List<Transfer> lost = Collections.synchronizedList(new ArrayList<>());
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<Callable<Boolean>> jobs = new ArrayList<>();
      for (AccountId first : List.of(one, two)) {
        Transfer here = move(first, revenue, 1);
        Transfer there = move(first.equals(one) ? two : one, revenue, 1);
        jobs.add(
            () -> {
              boolean won = postBoth(here, there, bothHaveTheirFirst);
              if (!won) {
                lost.addAll(List.of(here, there));
              }
              return won;
            });
      }
      List<Boolean> won = new ArrayList<>();
      for (Future<Boolean> future : threads.invokeAll(jobs)) {
        won.add(future.get());
      }
      assertThat(won).containsExactlyInAnyOrder(true, false);
    } finally {
      threads.shutdownNow();
    }
    assertThat(ledger.requireAll(lost)).hasSize(2).noneMatch(PostResult.Posted::replayed);
    assertThat(ledger.balance(one)).isEqualTo(eur(8));
    assertThat(ledger.balance(two)).isEqualTo(eur(8));
  }

  /** In a transaction of the caller's; false when it lost and was rolled back. */
  private boolean postBoth(Transfer first, Transfer second, CountDownLatch between)
      throws SQLException {
    try (Connection connection = pool.getConnection()) {
      connection.setAutoCommit(false);
      try {
        PostResult.Posted unused =
            db.joining(
                connection,
                () -> {
                  ledger.require(first);
                  between.countDown();
                  await(between);
                  return ledger.require(second);
                });
        connection.commit();
        return true;
      } catch (Contention e) {
        connection.rollback();
        return false;
      }
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

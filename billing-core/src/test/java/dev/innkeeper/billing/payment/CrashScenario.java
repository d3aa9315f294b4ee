package dev.innkeeper.billing.payment;

import static dev.innkeeper.billing.payment.PaymentFixture.eur;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.payment.sandbox.SandboxFault;
import dev.innkeeper.billing.payment.sandbox.SandboxProvider;
import dev.innkeeper.billing.testing.MutableClock;
import dev.innkeeper.billing.testing.TestDatabase;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/**
 * A customer who tops up, pays an invoice from the wallet and two cards, one of which is declined,
 * and is refunded; the third charge's answer is lost. A process of its own when run by {@link
 * #main}.
 */
final class CrashScenario {
  private static final int ARGUMENTS_OF_A_WORLD = 3;

  private final BillingEngine engine;
  private final UUID customer;

  private CrashScenario(BillingEngine engine, UUID customer) {
    this.engine = engine;
    this.customer = customer;
  }

  static CrashScenario of(
      DataSource dataSource, MutableClock clock, UUID customer, CrashPoints points) {
    DataSource watched = points.watch(dataSource);
    SandboxProvider sandbox =
        new SandboxProvider(new Database(dataSource, TestDatabase.SCHEMA), clock, "secret");
    sandbox.script(SandboxFault.NONE, SandboxFault.NONE, SandboxFault.TIMEOUT_AFTER_CHARGE);
    return new CrashScenario(
        BillingEngine.builder()
            .dataSource(watched)
            .schema(TestDatabase.SCHEMA)
            .clock(clock)
            .paymentProvider(points.watch(sandbox))
            .build(),
        customer);
  }

  void play() {
    play(engine, customer);
  }

  /** What a client does, and does again with the same keys when it got no answer. */
  static void play(BillingEngine engine, UUID customer) {
    UUID good = engine.paymentMethods().list(customer).get(1).id();
    engine.topUps().topUp(customer, eur("20.00"), good, "first");
    engine.settlement().settle(customer);
    Payment second = engine.topUps().topUp(customer, eur("10.00"), good, "second");
    if (second.state() == PaymentState.SUCCEEDED) {
      engine.refunds().refund(customer, second.id(), eur("4.00"), "asked", "refund");
    }
  }

  /**
   * Plays in several databases at once, and halts when all of them are at the point: each stands
   * still there, as it was.
   *
   * @param args the point, then of each database its address, the time and the customer
   */
  public static void main(String[] args) throws InterruptedException {
    int worlds = (args.length - 1) / ARGUMENTS_OF_A_WORLD;
    CountDownLatch arrivals = new CountDownLatch(worlds);
    for (int world = 0; world < worlds; world++) {
      CrashPoints points =
          new CrashPoints(
              Integer.parseInt(args[0]),
              () -> {
                arrivals.countDown();
                while (true) {
                  LockSupport.park();
                }
              });
      int first = 1 + world * ARGUMENTS_OF_A_WORLD;
      HikariConfig config = new HikariConfig();
      config.setJdbcUrl(args[first]);
      config.setMaximumPoolSize(4);
      MutableClock clock = MutableClock.at(args[first + 1]);
      UUID customer = UUID.fromString(args[first + 2]);
      new Thread(() -> of(new HikariDataSource(config), clock, customer, points).play()).start();
    }
    arrivals.await();
    Runtime.getRuntime().halt(42);
  }
}

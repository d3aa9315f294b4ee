package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.payment.spi.PaymentProvider;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/**
 * Counts the moments at which a process may die: before and after every commit and every call of a
 * provider. At the chosen one it dies.
 */
final class CrashPoints {
  private static final Set<String> CALLS = Set.of("charge", "lookUp", "cancel", "refund");

  private final int fatalPoint;
  private final Runnable death;
  private final AtomicInteger passed = new AtomicInteger();

  /**
   * @param fatalPoint from 1
   * @param death halts the process, or throws an {@link Error} that nobody catches
   */
  CrashPoints(int fatalPoint, Runnable death) {
    this.fatalPoint = fatalPoint;
    this.death = death;
  }

  int passed() {
    return passed.get();
  }

  private void pass() {
    if (passed.incrementAndGet() == fatalPoint) {
      death.run();
    }
  }

  DataSource watch(DataSource dataSource) {
    return Interposed.onCommits(dataSource, this::pass, this::pass);
  }

  PaymentProvider watch(PaymentProvider provider) {
    return Interposed.on(
        PaymentProvider.class,
        (method, args) -> {
          boolean fatal = CALLS.contains(method.getName());
          if (fatal) {
            pass();
          }
          Object result = Interposed.invoke(provider, method, args);
          if (fatal) {
            pass();
          }
          return result;
        });
  }
}

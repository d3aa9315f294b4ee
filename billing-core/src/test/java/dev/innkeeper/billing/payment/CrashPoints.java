package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.payment.spi.PaymentProvider;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
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
    return proxy(
        DataSource.class,
        (method, args) -> {
          Object result = invoke(dataSource, method, args);
          return result instanceof Connection connection ? watch(connection) : result;
        });
  }

  private Connection watch(Connection connection) {
    return proxy(
        Connection.class,
        (method, args) -> {
          boolean fatal = method.getName().equals("commit");
          if (fatal) {
            pass();
          }
          Object result = invoke(connection, method, args);
          if (fatal) {
            pass();
          }
          return result;
        });
  }

  /** Does something whenever a transaction has ended, before its caller goes on. */
  static DataSource afterEachCommit(DataSource dataSource, Runnable action) {
    return proxy(
        DataSource.class,
        (method, args) -> {
          Object result = invoke(dataSource, method, args);
          return result instanceof Connection connection
              ? afterEachCommit(connection, action)
              : result;
        });
  }

  private static Connection afterEachCommit(Connection connection, Runnable action) {
    return proxy(
        Connection.class,
        (method, args) -> {
          Object result = invoke(connection, method, args);
          if (method.getName().equals("commit")) {
            action.run();
          }
          return result;
        });
  }

  PaymentProvider watch(PaymentProvider provider) {
    return proxy(
        PaymentProvider.class,
        (method, args) -> {
          boolean fatal = CALLS.contains(method.getName());
          if (fatal) {
            pass();
          }
          Object result = invoke(provider, method, args);
          if (fatal) {
            pass();
          }
          return result;
        });
  }

  private interface Call {
    Object of(Method method, Object[] args) throws Throwable;
  }

  private static <T> T proxy(Class<T> type, Call call) {
    return type.cast(
        Proxy.newProxyInstance(
            CrashPoints.class.getClassLoader(),
            new Class<?>[] {type},
            (self, method, args) -> call.of(method, args)));
  }

  private static Object invoke(Object target, Method method, Object[] args) throws Throwable {
    try {
      return method.invoke(target, args);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}

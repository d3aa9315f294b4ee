package dev.innkeeper.billing.payment;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import javax.sql.DataSource;

/** Stands between a caller and what it calls. */
final class Interposed {
  private Interposed() {}

  /** What becomes of a call. */
  interface Call {
    Object of(Method method, Object[] args) throws Throwable;
  }

  static <T> T on(Class<T> type, Call call) {
    return type.cast(
        Proxy.newProxyInstance(
            Interposed.class.getClassLoader(),
            new Class<?>[] {type},
            (self, method, args) -> call.of(method, args)));
  }

  /** Passes a call on. */
  static Object invoke(Object target, Method method, Object[] args) throws Throwable {
    try {
      return method.invoke(target, args);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /** Does something before and after every commit, before its caller goes on. */
  static DataSource onCommits(DataSource dataSource, Runnable before, Runnable after) {
    return on(
        DataSource.class,
        (method, args) -> {
          Object result = invoke(dataSource, method, args);
          return result instanceof Connection connection
              ? onCommits(connection, before, after)
              : result;
        });
  }

  private static Connection onCommits(Connection connection, Runnable before, Runnable after) {
    return on(
        Connection.class,
        (method, args) -> {
          boolean commits = method.getName().equals("commit");
          if (commits) {
            before.run();
          }
          Object result = invoke(connection, method, args);
          if (commits) {
            after.run();
          }
          return result;
        });
  }
}

package dev.innkeeper.billing.db;

import dev.innkeeper.billing.problem.InvalidInput;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jdbi.v3.core.statement.StatementExceptions.MessageRendering;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs work in transactions on the engine's schema.
 *
 * <p>SQL names the engine's tables as {@code @.table}; {@link #sql} puts the schema there, so that
 * no connection's {@code search_path} is touched and the engine can join a caller's transaction.
 *
 * <p>Transactions nest by thread: {@link #tx} within a transaction of the same thread joins it.
 * Isolation is READ COMMITTED; what must not race takes row locks. Thread-safe.
 */
public final class Database {
  /** A deadlock or serialization failure is tried again this often before it surfaces. */
  private static final int ATTEMPTS_MAX = 20;

  private static final long PAUSE_NANOS = 1_000_000;
  private static final int DOUBLINGS_MAX = 6;

  private static final Logger LOG = LoggerFactory.getLogger(Database.class);

  private final DataSource dataSource;
  private final Jdbi jdbi;
  private final String schema;
  private final Map<String, String> rendered = new ConcurrentHashMap<>();
  private final ReentrantLock again = new ReentrantLock(true);

  @SuppressWarnings("ThreadLocalUsage") // per database: two engines in one JVM don't share it
  private final ThreadLocal<@Nullable Transaction> current = new ThreadLocal<>();

  /** The transaction of one thread, and what runs once it is committed. */
  private record Transaction(Handle handle, boolean owned, List<Runnable> afterCommit) {}

  /**
   * @param schema a plain lower-case name; it stands in every statement
   * @throws InvalidInput when the schema's name is not a plain one
   */
  public Database(DataSource dataSource, String schema) {
    if (!schema.matches("[a-z_][a-z0-9_]{0,62}")) {
      throw new InvalidInput("schema", "must be lower-case letters, digits and underscores");
    }
    this.dataSource = dataSource;
    this.schema = schema;
    this.jdbi = Jdbi.create(dataSource);
    withSchema(jdbi);
  }

  public DataSource dataSource() {
    return dataSource;
  }

  public String schema() {
    return schema;
  }

  /** The statement with {@code @.} replaced by the engine's schema. */
  public String sql(String template) {
    return rendered.computeIfAbsent(template, t -> t.replace("@.", schema + "."));
  }

  /** As {@link #sql}, for text with values in it, which is not worth remembering. */
  public String sqlOnce(String template) {
    return template.replace("@.", schema + ".");
  }

  /**
   * Runs the work in a transaction: the current one of this thread, else a new one that is
   * committed when the work returns and rolled back when it throws. A new transaction that fails by
   * deadlock or serialization is run again from its start, so the work must have no effects outside
   * the database.
   *
   * @throws Contention when a new transaction lost against others again and again
   */
  public <T extends @Nullable Object> T tx(Function<Handle, T> work) {
    Transaction joined = current.get();
    if (joined != null) {
      return work.apply(joined.handle());
    }
    for (int attempt = 1; ; attempt++) {
      try {
        return attempt == 1 ? runNew(work) : runAgain(work);
      } catch (RuntimeException e) {
        if (!isRetryable(e)) {
          throw e;
        }
        if (attempt == ATTEMPTS_MAX) {
          throw new Contention(e);
        }
        LOG.debug("transaction failed by contention, attempt {}", attempt, e);
        // Each waits for another while, or they would meet again in the same places.
        LockSupport.parkNanos(
            ThreadLocalRandom.current().nextLong(PAUSE_NANOS << Math.min(attempt, DOUBLINGS_MAX)));
      }
    }
  }

  /** Who lost before runs alone among those who did, or they would lose to each other again. */
  private <T extends @Nullable Object> T runAgain(Function<Handle, T> work) {
    again.lock();
    try {
      return runNew(work);
    } finally {
      again.unlock();
    }
  }

  /** {@link #tx} for work without a result. */
  public void run(Consumer<Handle> work) {
    tx(
        handle -> {
          work.accept(handle);
          return Boolean.TRUE;
        });
  }

  /**
   * Runs work whose transactions all join the caller's: nothing of it is visible before the caller
   * commits, and all of it is gone when the caller rolls back.
   *
   * @param connection in a transaction (auto-commit off), used by no other thread meanwhile
   * @throws IllegalStateException when the connection is in auto-commit mode
   * @throws Contention when the caller's transaction lost against others: it has to be rolled back,
   *     and may be run again
   */
  public <T extends @Nullable Object> T joining(Connection connection, Supplier<T> work) {
    requireNoTransaction();
    requireManual(connection);
    // The handle is not closed: its connection is the caller's.
    Handle handle = withSchema(Jdbi.create(connection)).open();
    current.set(new Transaction(handle, false, new ArrayList<>()));
    try {
      return work.get();
    } catch (RuntimeException e) {
      throw isRetryable(e) ? new Contention(e) : e;
    } finally {
      current.remove();
    }
  }

  /** Whether this thread is in a transaction. */
  public boolean inTransaction() {
    return current.get() != null;
  }

  /**
   * Guards what must never happen while rows are locked, such as a call over the network.
   *
   * @throws IllegalStateException when this thread is in a transaction
   */
  public void requireNoTransaction() {
    if (inTransaction()) {
      throw new IllegalStateException("this can't be done inside a transaction");
    }
  }

  /**
   * Runs the action once the current transaction is committed; at once when there is none. In a
   * caller's transaction, whose end the engine does not see, the action is dropped: use it only to
   * hasten what would happen anyway.
   */
  public void afterCommit(Runnable action) {
    Transaction transaction = current.get();
    if (transaction == null) {
      action.run();
    } else if (transaction.owned()) {
      transaction.afterCommit().add(action);
    }
  }

  private Jdbi withSchema(Jdbi target) {
    // An exception ends in a log, where the values bound to a statement don't belong.
    target.getConfig(StatementExceptions.class).setMessageRendering(MessageRendering.NONE);
    target.registerArgument(new IdArrays());
    return target.setTemplateEngine((template, context) -> sql(template));
  }

  private <T extends @Nullable Object> T runNew(Function<Handle, T> work) {
    List<Runnable> afterCommit = new ArrayList<>();
    T result;
    try (Handle handle = jdbi.open()) {
      current.set(new Transaction(handle, true, afterCommit));
      try {
        result = handle.inTransaction(work::apply);
      } finally {
        current.remove();
      }
    }
    afterCommit.forEach(Runnable::run);
    return result;
  }

  private static void requireManual(Connection connection) {
    try {
      if (connection.getAutoCommit()) {
        throw new IllegalStateException("the connection is in auto-commit mode; begin first");
      }
    } catch (SQLException e) {
      throw new IllegalStateException("the caller's connection is not usable", e);
    }
  }

  /** The SQLSTATE behind an exception, or null when there is none. */
  public static @Nullable String sqlState(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof SQLException sql && sql.getSQLState() != null) {
        return sql.getSQLState();
      }
    }
    return null;
  }

  /** The name of the constraint behind an exception, or null when it is not of one. */
  public static @Nullable String constraint(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof PSQLException sql && sql.getServerErrorMessage() != null) {
        return sql.getServerErrorMessage().getConstraint();
      }
    }
    return null;
  }

  /** Whether the failure is a deadlock or a serialization failure: run again, it may succeed. */
  public static boolean isRetryable(Throwable failure) {
    String state = sqlState(failure);
    return "40001".equals(state) || "40P01".equals(state);
  }
}

package dev.innkeeper.billing.event;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Who wants to take part in the change that causes an event: it is called in the change's own
 * transaction, on its thread, and what it throws undoes the change. Its own rows, written over the
 * connection, are there exactly if the change is.
 *
 * <p>It runs while the customer is locked: it must be quick and must not call over a network. For
 * all else there is {@link EventHook}, which runs after the commit.
 */
public final class TransactionHook {
  private final Class<? extends BillingEvent> type;
  private final String name;
  private final Handler<BillingEvent> handler;

  /** What is done with an event. */
  public interface Handler<E extends BillingEvent> {
    /**
     * Takes part in the change.
     *
     * @param connection of the change's transaction; not to be committed, rolled back or closed
     * @throws SQLException which undoes the change, as any other exception does
     */
    void handle(E event, Connection connection) throws SQLException;
  }

  private TransactionHook(Class<? extends BillingEvent> type, Handler<BillingEvent> handler) {
    this.type = type;
    this.name = EventLog.typeOf(type);
    this.handler = handler;
  }

  /** A hook for one type of event. */
  public static <E extends BillingEvent> TransactionHook on(Class<E> type, Handler<E> handler) {
    return new TransactionHook(
        type, (event, connection) -> handler.handle(type.cast(event), connection));
  }

  boolean wants(BillingEvent event) {
    return type.isInstance(event);
  }

  void handle(BillingEvent event, Connection connection) {
    try {
      handler.handle(event, connection);
    } catch (SQLException e) {
      // With its cause, so that a deadlock in the hook is tried again like one of the engine's.
      throw new IllegalStateException("a hook failed on " + name + "; its cause is undone", e);
    }
  }
}

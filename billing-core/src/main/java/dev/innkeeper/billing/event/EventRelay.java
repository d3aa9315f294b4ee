package dev.innkeeper.billing.event;

import java.util.List;

/**
 * Passes events on to something that keeps its own account of what is delivered, such as webhooks.
 *
 * <p>It is told in the transaction in which the dispatcher takes events up, before any hook is
 * called, and whether or not hooks fail: no event is missed, and a customer's events come in order.
 * The same event may come again; who relays has to know how far it is.
 */
public interface EventRelay {
  /** Passes nothing on. */
  EventRelay NONE =
      new EventRelay() {
        @Override
        public boolean isActive() {
          return false;
        }

        @Override
        public void relay(List<StoredEvent> events) {}
      };

  /** Whether anybody wants events at all; asked in the transaction before {@link #relay}. */
  boolean isActive();

  /**
   * Notes events as to be passed on. Called in a transaction; must not do anything but store.
   *
   * @param events of any customers, each customer's in order; not empty
   */
  void relay(List<StoredEvent> events);
}

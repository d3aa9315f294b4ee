package dev.innkeeper.billing.work;

import java.time.Instant;

/**
 * One kind of work that falls due: invoices to issue, reminders to send, events to deliver.
 * Implementations claim rows with SKIP LOCKED, so several nodes may do the same kind at once, and
 * cost what is due, not what exists.
 */
public interface DueWork {
  /** A short name for logs and reports, such as {@code invoice-run}. */
  String name();

  /**
   * Does one bounded batch of what is due. Called again until it returns 0 or time is up.
   *
   * @param now the engine's time; what is due at or before it is due
   * @return how many items were done or moved on; 0 when nothing is due
   */
  int runBatch(Instant now);
}

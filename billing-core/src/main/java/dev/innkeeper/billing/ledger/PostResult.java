package dev.innkeeper.billing.ledger;

import java.time.Instant;
import java.util.UUID;

/** What became of a transfer. */
public sealed interface PostResult {
  /** The transfer's id. */
  UUID id();

  /**
   * The transfer is booked.
   *
   * @param recordedAt when it was booked, the first time
   * @param replayed true when it had been booked before and this request had no further effect
   */
  record Posted(UUID id, Instant recordedAt, boolean replayed) implements PostResult {}

  /**
   * The transfer was refused; nothing was booked, and nothing will be under this id if the reason
   * is a {@linkplain RefusalReason#isStored() stored} one.
   *
   * @param message for people
   * @param replayed true when it had been refused before
   */
  record Refused(UUID id, RefusalReason reason, String message, boolean replayed)
      implements PostResult {}

  /** The id was used before for another transfer, which stands; this one was not booked. */
  record Conflict(UUID id) implements PostResult {}

  default boolean isPosted() {
    return this instanceof Posted;
  }
}

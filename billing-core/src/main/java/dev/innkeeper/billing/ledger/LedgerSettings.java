package dev.innkeeper.billing.ledger;

import java.time.Duration;

/**
 * How the ledger gathers transfers that come from many threads.
 *
 * @param writers threads that post, each on a connection of its own
 * @param batchTransfersMax how many transfers are posted together at most
 * @param queueTransfersMax how many may wait; who brings more waits too
 * @param patience how long a caller waits for room in the queue, and the ledger for a database that
 *     went away, before they give up
 */
public record LedgerSettings(
    int writers, int batchTransfersMax, int queueTransfersMax, Duration patience) {

  /** Two writers, 500 transfers a batch, 10,000 in the queue, 30 seconds. */
  public static final LedgerSettings STANDARD =
      new LedgerSettings(2, 500, 10_000, Duration.ofSeconds(30));

  public LedgerSettings {
    if (writers < 1 || batchTransfersMax < 1 || queueTransfersMax < batchTransfersMax) {
      throw new IllegalArgumentException("a ledger needs a writer, a batch and a queue to hold it");
    }
  }

  public LedgerSettings withWriters(int newWriters) {
    return new LedgerSettings(newWriters, batchTransfersMax, queueTransfersMax, patience);
  }

  public LedgerSettings withBatchTransfersMax(int newBatchTransfersMax) {
    return new LedgerSettings(writers, newBatchTransfersMax, queueTransfersMax, patience);
  }

  public LedgerSettings withPatience(Duration newPatience) {
    return new LedgerSettings(writers, batchTransfersMax, queueTransfersMax, newPatience);
  }
}

package dev.innkeeper.billing.usage;

import java.util.List;

/**
 * What became of a batch of records. Immutable.
 *
 * @param accepted recorded now
 * @param duplicates recorded before with the same key and content, or twice in the batch; ignored
 * @param rejected not recorded, in the order of the batch; the others were
 */
public record UsageReport(int accepted, int duplicates, List<Rejected> rejected) {
  public UsageReport {
    rejected = List.copyOf(rejected);
  }

  /**
   * A record that was refused.
   *
   * @param index its place in the batch, from 0
   * @param field what is wrong
   * @param reason why, and what would be right
   */
  public record Rejected(int index, String idempotencyKey, String field, String reason) {}
}

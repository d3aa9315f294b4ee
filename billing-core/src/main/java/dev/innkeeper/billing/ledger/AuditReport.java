package dev.innkeeper.billing.ledger;

import java.util.List;

/**
 * What a check of the books found.
 *
 * @param seals how many seals were checked
 * @param transfers how many sealed transfers were read, with all that belongs to them
 * @param unsealed how many transfers await their seal; their sums were checked, not their content
 * @param findings empty when all is well; at most {@link #FINDINGS_MAX}
 */
public record AuditReport(long seals, long transfers, long unsealed, List<Finding> findings) {
  public static final int FINDINGS_MAX = 1_000;

  public boolean isClean() {
    return findings.isEmpty();
  }
}

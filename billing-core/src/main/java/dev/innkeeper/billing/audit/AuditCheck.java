package dev.innkeeper.billing.audit;

import java.util.List;

/**
 * The outcome of one check.
 *
 * @param name a stable name, such as {@code balances-match-entries}
 * @param promise what must hold, in a sentence
 * @param findings where it does not hold, each a sentence; at most {@link Audit#FINDINGS_MAX}
 * @param truncated whether there are more findings than are listed
 */
public record AuditCheck(String name, String promise, List<String> findings, boolean truncated) {
  public boolean holds() {
    return findings.isEmpty();
  }
}

package dev.innkeeper.billing.audit;

import java.time.Instant;
import java.util.List;

/**
 * What an audit found.
 *
 * @param at the engine's time when it began
 * @param checks every check that was made, in order
 */
public record AuditReport(Instant at, List<AuditCheck> checks) {
  /** Whether every promise holds. */
  public boolean clean() {
    return checks.stream().allMatch(AuditCheck::holds);
  }
}

package dev.innkeeper.server.provisioning;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * One resource that is not as it should be.
 *
 * @param customerId whose it is; empty for an orphan
 * @param reasons what differs, one sentence each
 */
public record Difference(
    String provisioner,
    Optional<UUID> customerId,
    UUID id,
    String name,
    Action action,
    List<String> reasons) {

  /** What reconciling does about it. */
  public enum Action {
    CREATE,
    START,
    CHANGE,
    /** It was changed by somebody else, and is put right. */
    REPAIR,
    SUSPEND,
    REMOVE,
    /** Nothing by itself: it runs into trouble that the provisioner can't help. */
    REPORT_FAILING,
    /** Nothing by itself: it should be kept for its owner and is not there. */
    REPORT_LOST,
    /** Nothing by itself: nobody is entitled to it. It is removed when somebody says so. */
    REPORT_ORPHAN;

    /** Whether nothing is done about it by itself. */
    public boolean onlyReports() {
      return this == REPORT_FAILING || this == REPORT_LOST || this == REPORT_ORPHAN;
    }
  }

  public Difference {
    reasons = List.copyOf(reasons);
  }

  @Override
  public String toString() {
    return action + " " + provisioner + "/" + name + " (" + id + "): " + String.join("; ", reasons);
  }
}

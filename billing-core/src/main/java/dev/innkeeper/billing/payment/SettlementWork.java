package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.Faults;
import dev.innkeeper.billing.work.DueWork;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles invoices that were issued and not tried yet. A batch is one transaction; when it fails,
 * its customers are settled one by one, and whoever makes it fail is left alone for a while, which
 * each node remembers for itself.
 */
final class SettlementWork implements DueWork {
  private static final int CUSTOMERS_A_BATCH = 500;
  private static final Duration POSTPONEMENT = Duration.ofMinutes(10);

  /** When settling fails for more of them, the fault is not with the customers. */
  private static final int POSTPONED_MAX = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(SettlementWork.class);

  private final Database db;
  private final SettlementPass pass;
  private final ChargeRunner runner;
  private final Map<UUID, Instant> postponed = new ConcurrentHashMap<>();

  SettlementWork(Database db, SettlementPass pass, ChargeRunner runner) {
    this.db = db;
    this.pass = pass;
    this.runner = runner;
  }

  @Override
  public String name() {
    return "settlement";
  }

  @Override
  public int runBatch(Instant now) {
    db.requireNoTransaction();
    postponed.values().removeIf(until -> !until.isAfter(now));
    Set<UUID> left = Set.copyOf(postponed.keySet());
    List<UUID> due = new ArrayList<>();
    List<Recorded> recorded;
    try {
      recorded =
          db.tx(
              handle -> {
                due.clear();
                due.addAll(pass.claimUntried(handle, left, CUSTOMERS_A_BATCH));
                return due.isEmpty() ? List.of() : pass.run(handle, pass.all(due, Duration.ZERO));
              });
    } catch (RuntimeException e) {
      if (due.isEmpty() || !Faults.isOfTheData(e)) {
        throw e;
      }
      recorded = oneByOne(due, now);
    }
    runner.run(recorded);
    return due.size();
  }

  private List<Recorded> oneByOne(List<UUID> due, Instant now) {
    List<Recorded> recorded = new ArrayList<>();
    for (UUID customerId : due) {
      List<UUID> only = List.of(customerId);
      try {
        recorded.addAll(
            db.tx(
                handle -> {
                  pass.lock(handle, only);
                  return pass.run(handle, pass.all(only, Duration.ZERO));
                }));
      } catch (RuntimeException e) {
        if (!Faults.isOfTheData(e) || postponed.size() >= POSTPONED_MAX) {
          throw e;
        }
        LOG.error(
            "settling fails for customer {}, and is tried again in {} minutes",
            customerId,
            POSTPONEMENT.toMinutes(),
            e);
        postponed.put(customerId, now.plus(POSTPONEMENT));
      }
    }
    return recorded;
  }
}

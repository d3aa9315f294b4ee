package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.event.EventLog;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.NotFound;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Tells of billing runs: by events of the house, and by what they left in the database. */
final class RunBook {
  private final Database db;
  private final EventLog events;

  private record Counts(long chunks, long customers, long invoices, long parked) {}

  RunBook(Database db, EventLog events) {
    this.db = db;
    this.events = events;
  }

  void started(UUID runId, Instant asOf, long customersDue) {
    db.run(
        handle -> events.append(new BillingRunStarted(Accounts.HOUSE, runId, asOf, customersDue)));
  }

  void finished(RunReport report) {
    db.run(
        handle ->
            events.append(
                new BillingRunFinished(
                    Accounts.HOUSE,
                    report.runId(),
                    report.customers(),
                    report.invoices(),
                    report.parked(),
                    List.copyOf(new TreeMap<>(report.totals()).values()),
                    report.left(),
                    report.took().toMillis())));
  }

  RunSummary summary(UUID runId) {
    return db.tx(
        handle -> {
          Counts counts = counts(handle, runId);
          if (counts.chunks() == 0) {
            throw new NotFound("billing run", runId.toString());
          }
          return new RunSummary(
              runId,
              counts.customers(),
              counts.invoices(),
              counts.parked(),
              sums(
                  handle,
                  "select currency, sum(total) from @.invoice where run_id = :run"
                      + " group by currency having sum(total) <> 0",
                  runId),
              sums(
                  handle,
                  "select i.currency, sum(e.amount) from @.invoice i"
                      + " join @.ledger_entry e on e.transfer_id = i.id"
                      + " and e.owner = i.customer_id where i.run_id = :run"
                      + " group by i.currency having sum(e.amount) <> 0",
                  runId));
        });
  }

  private static Counts counts(Handle handle, UUID runId) {
    return handle
        .createQuery(
            "select count(*), coalesce(sum(customers), 0), coalesce(sum(invoices), 0),"
                + " coalesce(sum(parked), 0) from @.invoice_run_chunk where run_id = :run")
        .bind("run", runId)
        .map(
            (row, context) ->
                new Counts(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)))
        .one();
  }

  private static Map<Currency, Amount> sums(Handle handle, String sql, UUID runId) {
    Map<Currency, Amount> sums = new TreeMap<>();
    handle
        .createQuery(sql)
        .bind("run", runId)
        .map(
            (row, context) ->
                Amount.ofMinor(
                    row.getBigDecimal(2).longValueExact(), Currency.of(row.getString(1))))
        .forEach(sum -> sums.put(sum.currency(), sum));
    return Map.copyOf(sums);
  }
}

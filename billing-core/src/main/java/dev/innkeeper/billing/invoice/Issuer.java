package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.event.EventLog;
import dev.innkeeper.billing.ledger.Ledger;
import dev.innkeeper.billing.ledger.Transfer;
import dev.innkeeper.billing.money.Amount;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Issues invoices: lines, numbers, the ledger's transfers, the invoices and their events, in the
 * current transaction and with a fixed number of statements.
 *
 * <p>What others wait for comes last: the lines need no lock, the ledger's house accounts are split
 * into lanes, and the numbers' row is locked from when it is taken to the commit.
 */
final class Issuer {
  private final InvoiceWriter writer;
  private final Numbers numbers;
  private final Ledger ledger;
  private final EventLog events;

  Issuer(InvoiceWriter writer, Numbers numbers, Ledger ledger, EventLog events) {
    this.writer = writer;
    this.numbers = numbers;
    this.ledger = ledger;
    this.events = events;
  }

  /**
   * Issues invoices of the kinds that share the invoices' series, all at the same instant. The
   * customers are locked by the caller.
   */
  void issue(Handle handle, List<PreparedInvoice> invoices, @Nullable UUID runId) {
    if (invoices.isEmpty()) {
      return;
    }
    List<Transfer> transfers = new ArrayList<>(invoices.size());
    for (PreparedInvoice each : invoices) {
      Bookings.issue(each).ifPresent(transfers::add);
    }
    List<NumberedInvoice> numbered = write(handle, Series.INVOICES, invoices, transfers, runId);
    events.appendLocked(numbered.stream().map(i -> issued(i.invoice(), i.number())).toList());
  }

  /**
   * Writes invoices or credit notes and books them, with numbers of their series.
   *
   * @param transfers of those that are over something, in their order, without notes
   * @param runId the billing run that issues them, or null
   */
  List<NumberedInvoice> write(
      Handle handle,
      Series series,
      List<PreparedInvoice> invoices,
      List<Transfer> transfers,
      @Nullable UUID runId) {
    List<ReadyInvoice> ready = writer.begin(handle, invoices);
    List<NumberedInvoice> numbered = new ArrayList<>(invoices.size());
    ledger.requireNew(
        transfers,
        () -> {
          Instant issuedAt = invoices.get(0).issuedAt();
          Numbers.Block block = numbers.take(handle, series, issuedAt, invoices.size());
          numbered.addAll(NumberedInvoice.all(ready, block));
          return Bookings.noted(transfers, numbered);
        });
    writer.insertInvoices(handle, numbered, runId);
    return numbered;
  }

  private static InvoiceIssued issued(PreparedInvoice invoice, String number) {
    InvoiceDraft draft = invoice.draft();
    return new InvoiceIssued(
        draft.customerId(),
        draft.id(),
        number,
        draft.kind().name(),
        Amount.ofMinor(invoice.totalMinor(), draft.currency()),
        invoice.dueAt());
  }
}

package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.event.EventLog;
import dev.innkeeper.billing.ledger.Ledger;
import dev.innkeeper.billing.ledger.Transfer;
import dev.innkeeper.billing.money.Amount;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Issues invoices: lines, numbers, the ledger's transfers, the invoices and their events, in the
 * current transaction and with a fixed number of statements.
 *
 * <p>What others wait for comes last: the lines need no lock; the numbers' row and the ledger's
 * house accounts are locked from then on to the commit.
 */
final class Issuer {
  private final InvoiceWriter writer;
  private final Numbers numbers;
  private final Ledger ledger;
  private final EventLog events;
  private final Sellers sellers;

  Issuer(InvoiceWriter writer, Numbers numbers, Sellers sellers, Ledger ledger, EventLog events) {
    this.sellers = sellers;
    this.writer = writer;
    this.numbers = numbers;
    this.ledger = ledger;
    this.events = events;
  }

  /**
   * Issues invoices of the kinds that share the invoices' series, all at the same instant. The
   * customers are locked by the caller.
   */
  void issue(
      Handle handle, List<PreparedInvoice> invoices, int sellerVersion, @Nullable UUID runId) {
    if (invoices.isEmpty()) {
      return;
    }
    writer.insertLines(handle, invoices);
    Numbers.Block block =
        numbers.take(handle, Series.INVOICES, invoices.get(0).issuedAt(), invoices.size());
    List<NumberedInvoice> numbered = NumberedInvoice.all(invoices, block, sellers.current());
    List<Transfer> transfers = new ArrayList<>(invoices.size());
    List<InvoiceIssued> issued = new ArrayList<>(invoices.size());
    for (NumberedInvoice each : numbered) {
      Bookings.issue(each).ifPresent(transfers::add);
      issued.add(issued(each.invoice(), each.number()));
    }
    ledger.requireNew(transfers);
    writer.insertInvoices(handle, numbered, block.year(), sellerVersion, runId);
    events.append(issued);
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

package dev.innkeeper.billing.invoice;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.event.EventLog;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.problem.NotFound;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Issues, finds and settles invoices. Thread-safe. */
public final class Invoices {
  private static final int PAGE_MAX = 200;

  private final Database db;
  private final InvoiceReader reader;
  private final Settlements settlements;

  public Invoices(
      Database db,
      EventLog events,
      ObjectMapper json,
      Ids ids,
      Clock clock,
      InvoiceSettings settings) {
    this.db = db;
    Sellers sellers = new Sellers(db, json, clock, settings.seller());
    this.reader = new InvoiceReader(json, sellers);
    this.settlements = new Settlements(db, events, ids, clock);
  }

  /**
   * The customer's invoice or credit note.
   *
   * @throws NotFound when there is none of this id, or it is another customer's
   */
  public Invoice get(UUID customerId, UUID invoiceId) {
    return db
        .tx(
            handle ->
                reader.read(
                    handle,
                    "where i.customer_id = :customer and i.id = :id",
                    Map.of("customer", customerId, "id", invoiceId)))
        .stream()
        .findFirst()
        .orElseThrow(() -> new NotFound("invoice", invoiceId.toString()));
  }

  /**
   * The customer's invoices and credit notes, newest first, drafts included.
   *
   * @param before the last id of the page before, or null for the first page
   * @param limit at most 200
   */
  public List<Invoice> list(UUID customerId, @Nullable UUID before, int limit) {
    Map<String, Object> parameters = new HashMap<>();
    parameters.put("customer", customerId);
    parameters.put("limit", Math.min(limit, PAGE_MAX));
    if (before != null) {
      parameters.put("before", before);
    }
    return db.tx(
        handle ->
            reader.read(
                handle,
                "where i.customer_id = :customer "
                    + (before == null ? "" : "and i.id < :before ")
                    + "order by i.id desc limit :limit",
                parameters));
  }

  /** The customer's invoices on which something is to be paid, oldest first; all of them. */
  public List<Invoice> open(UUID customerId) {
    return db.tx(
        handle ->
            reader.read(
                handle,
                "where i.customer_id = :customer and i.status = 'OPEN' order by i.id",
                Map.of("customer", customerId)));
  }

  /**
   * Records what was paid, in the transaction that moves the money and after its postings. Several
   * payments on one invoice are fine. An invoice with nothing left open becomes paid, with an
   * {@code invoice.paid} event.
   *
   * @throws IllegalStateException outside a transaction
   * @throws dev.innkeeper.billing.problem.InvalidInput when an amount is not above zero
   * @throws dev.innkeeper.billing.problem.NotAllowed with code {@code invoice-not-open} when an
   *     invoice is not open, of another currency, or has less open than is paid; nothing is
   *     recorded
   */
  public void settle(List<InvoicePayment> payments) {
    settlements.settle(payments);
  }
}

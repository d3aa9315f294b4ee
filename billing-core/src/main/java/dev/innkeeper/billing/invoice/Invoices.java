package dev.innkeeper.billing.invoice;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.customer.Customers;
import dev.innkeeper.billing.db.Commands;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.event.EventLog;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.ledger.Ledger;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.problem.NotFound;
import dev.innkeeper.billing.subscription.ChargeBook;
import dev.innkeeper.billing.work.DueWork;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Issues, finds, settles and corrects invoices. Thread-safe. */
public final class Invoices {
  private static final int PAGE_MAX = 200;
  private static final int DUE_BATCH = 500;

  private final Database db;
  private final Commands commands;
  private final Customers customers;
  private final InvoiceSettings settings;
  private final Ids ids;
  private final Clock clock;
  private final Sellers sellers;
  private final InvoiceReader reader;
  private final Settlements settlements;
  private final Issuer issuer;
  private final Parking parking;
  private final ChunkBilling chunks;
  private final BillingRun billingRun;
  private final Corrections corrections;
  private final InvoiceDrafts drafts;
  private final RunBook runs;

  /** What invoices stand on. */
  public record Services(
      Database db,
      Commands commands,
      EventLog events,
      ObjectMapper json,
      Ids ids,
      Clock clock,
      Customers customers,
      Ledger ledger,
      ChargeBook charges) {}

  public Invoices(Services services, InvoiceSettings settings) {
    this.db = services.db();
    this.commands = services.commands();
    this.customers = services.customers();
    this.settings = settings;
    this.ids = services.ids();
    this.clock = services.clock();
    this.sellers = new Sellers(db, services.json(), clock, settings.seller());
    this.reader = new InvoiceReader(services.json(), sellers);
    this.settlements = new Settlements(db, services.events(), ids, clock);
    InvoiceWriter writer = new InvoiceWriter(db, services.json(), sellers);
    this.issuer = new Issuer(writer, new Numbers(settings), services.ledger(), services.events());
    this.parking = new Parking(db, services.events(), clock);
    this.corrections =
        new Corrections(
            new Corrections.Services(
                db,
                commands,
                services.events(),
                services.ledger(),
                reader,
                issuer,
                settings,
                customers,
                ids,
                clock));
    this.chunks =
        new ChunkBilling(
            new ChunkBilling.Services(
                customers,
                services.charges(),
                settings,
                issuer,
                parking,
                new GivingBack(corrections),
                services.json(),
                ids,
                clock));
    this.runs = new RunBook(db, services.events());
    this.billingRun =
        new BillingRun(new BillingRun.Services(db, chunks, parking, sellers, runs, ids));
    this.drafts =
        new InvoiceDrafts(
            new InvoiceDrafts.Services(db, commands, services.json(), customers, ids, clock),
            new OfOperators());
  }

  /**
   * Bills everyone who is due now: one invoice for each customer, currency and period, whatever
   * runs twice, side by side or after a crash. Customers whose data is inconsistent are parked and
   * don't stop the others.
   *
   * @throws IllegalStateException inside a transaction, and when the thread is interrupted; what
   *     was done stays done, and the next run goes on
   */
  public RunReport run(RunOptions options) {
    return billingRun.run(clock.instant(), options);
  }

  /**
   * Computes what {@link #run} would issue now, of each customer the first period that is due.
   * Writes nothing; the report's invoices and totals are what would be.
   */
  public RunReport dryRun(RunOptions options) {
    return billingRun.dryRun(clock.instant(), options);
  }

  /** One chunk of the billing run at a time. */
  public DueWork dueWork() {
    return new DueWork() {
      @Override
      public String name() {
        return "invoice-run";
      }

      @Override
      public int runBatch(Instant now) {
        return billingRun.nextChunk(now, new Scan(), DUE_BATCH, null).claimed();
      }
    };
  }

  /**
   * Bills all that is due for one customer now, as the billing run would.
   *
   * @return what was issued, oldest first; empty when nothing was due
   * @throws NotAllowed with code {@code customer-parked} when the customer is parked, or with
   *     {@code customer-not-billable} and the reason when billing fails
   */
  public List<Invoice> billDue(UUID customerId) {
    sellers.currentVersion();
    return db.tx(
        handle -> {
          customers.lock(customerId);
          requireNotParked(customerId);
          List<UUID> issued = new ArrayList<>();
          ChunkResult result = billOnce(handle, customerId);
          while (result.claimed() > 0) {
            issued.addAll(result.invoiceIds());
            result = billOnce(handle, customerId);
          }
          return issued.stream().map(id -> reader.one(handle, customerId, id)).toList();
        });
  }

  private ChunkResult billOnce(Handle handle, UUID customerId) {
    try {
      Instant now = clock.instant();
      ChunkResult result =
          chunks.bill(
              handle,
              DueClaims.due(handle, now, List.of(customerId)),
              null,
              ChunkBilling.Cycles.LOOK);
      if (result.parked() > 0) {
        throw new ParkCustomers(Map.of(customerId, reasonOf(customerId)));
      }
      return result;
    } catch (ParkCustomers e) {
      throw new NotAllowed(
          "customer-not-billable", e.reasons().getOrDefault(customerId, "unknown"));
    }
  }

  private String reasonOf(UUID customerId) {
    ParkedCustomer parked = parking.find(customerId);
    return parked == null ? "unknown" : parked.reason();
  }

  private void requireNotParked(UUID customerId) {
    ParkedCustomer parked = parking.find(customerId);
    if (parked != null) {
      throw new NotAllowed(
          "customer-parked",
          "billing of this customer is parked: " + parked.reason() + "; see to it and release it");
    }
  }

  /**
   * What the customer's charges come to up to an instant, as drafts of what billing them then would
   * issue: invoices of the period that it ends or lies in, and credit notes where more is given
   * back than is charged. At a period's end it is what the billing run issues; within the period,
   * the time so far is in it as well. Nothing is written.
   *
   * @param through may be in the future, for a forecast
   * @return one invoice a currency, then credit notes; empty when nothing is to be charged
   * @throws NotFound when there is no such customer
   * @throws NotAllowed with code {@code customer-not-billable} when the data is inconsistent
   */
  public List<Invoice> preview(UUID customerId, Instant through) {
    Customer customer = customers.get(customerId);
    return db.tx(
        handle -> {
          Map<UUID, String> parked = new HashMap<>();
          List<PreparedInvoice> prepared = chunks.preview(handle, customer, through, parked);
          if (!parked.isEmpty()) {
            throw new NotAllowed(
                "customer-not-billable", parked.getOrDefault(customerId, "unknown"));
          }
          return prepared.stream().map(p -> p.asDraft(settings.seller())).toList();
        });
  }

  /**
   * Issues an invoice that an operator wrote.
   *
   * @param idempotencyKey a repeat with the same key and content returns the first invoice
   * @throws dev.innkeeper.billing.problem.InvalidInput naming every field at fault: currency,
   *     lines, due date, VAT id of the customer
   * @throws NotFound when there is no such customer
   * @throws dev.innkeeper.billing.problem.Conflict when the key was used with other content
   */
  public Invoice custom(NewInvoice wanted, String idempotencyKey) {
    sellers.currentVersion();
    UUID id =
        commands.once(
            wanted.customerId(),
            "invoice.custom:" + idempotencyKey,
            wanted,
            UUID.class,
            () -> db.tx(handle -> issueCustom(handle, wanted, ids.next())));
    return get(wanted.customerId(), id);
  }

  private UUID issueCustom(Handle handle, NewInvoice wanted, UUID id) {
    wanted.validate(today());
    customers.lock(wanted.customerId());
    PreparedInvoice invoice = assembled(wanted, id);
    issuer.issue(handle, List.of(invoice), null);
    return id;
  }

  private LocalDate today() {
    return clock.instant().atZone(settings.seller().zone()).toLocalDate();
  }

  private PreparedInvoice assembled(NewInvoice wanted, UUID id) {
    Customer customer = customers.get(wanted.customerId());
    CustomInvoices.requireBuyer(customer);
    Instant now = clock.instant();
    Assembler assembler = new Assembler(settings);
    LocalDate dueDate = wanted.dueDate();
    ZoneId zone = settings.seller().zone();
    Instant dueAt =
        dueDate == null ? assembler.dueAt(now) : dueDate.plusDays(1).atStartOfDay(zone).toInstant();
    PreparedInvoice invoice =
        assembler.assemble(wanted.draft(id), customer, now, dueAt, wanted.note());
    CustomInvoices.requirePositive(invoice);
    return invoice;
  }

  /** What operators write, for drafts. */
  private final class OfOperators implements InvoiceDrafts.CustomIssue {
    @Override
    public void check(NewInvoice wanted) {
      wanted.validate(today());
    }

    @Override
    public Invoice show(NewInvoice wanted) {
      return db.tx(handle -> assembled(wanted, ids.next()).asDraft(settings.seller()));
    }

    @Override
    public Invoice issue(Handle handle, NewInvoice wanted, UUID id) {
      issueCustom(handle, wanted, id);
      return reader.one(handle, wanted.customerId(), id);
    }

    @Override
    public Optional<Invoice> find(UUID customerId, UUID id) {
      return Invoices.this.find(customerId, id);
    }
  }

  /** Invoices that operators are still writing. */
  public InvoiceDrafts drafts() {
    return drafts;
  }

  /**
   * Takes back an invoice or parts of it, by a credit note. What is still open is no longer owed;
   * what was paid goes back to the customer's balance, and what a voucher paid to the voucher.
   *
   * @param idempotencyKey a repeat with the same key and content returns the first credit note
   * @return the credit note; its amounts are positive
   * @throws dev.innkeeper.billing.problem.InvalidInput when more of a line is taken back than is
   *     left of it
   * @throws NotAllowed with code {@code invoice-not-creditable} or {@code nothing-to-credit}
   * @throws NotFound when the customer has no such invoice
   */
  public Invoice creditNote(NewCreditNote wanted, String idempotencyKey) {
    sellers.currentVersion();
    return get(wanted.customerId(), corrections.creditNote(wanted, idempotencyKey));
  }

  /**
   * Takes back an open invoice on which nothing was paid or credited. It keeps its number, and
   * coupons that it used are given back. Voiding twice does nothing more.
   *
   * @throws NotAllowed with code {@code invoice-not-voidable}; a credit note does it then
   * @throws NotFound when the customer has no such invoice
   */
  public Invoice voidInvoice(UUID customerId, UUID invoiceId, String reason) {
    return corrections.voidInvoice(customerId, invoiceId, reason);
  }

  /**
   * Gives up on what is open and writes it off. Giving up twice does nothing more.
   *
   * @throws NotAllowed with code {@code invoice-not-open}
   * @throws NotFound when the customer has no such invoice
   */
  public Invoice markUncollectible(UUID customerId, UUID invoiceId, String reason) {
    return corrections.giveUp(customerId, invoiceId, reason);
  }

  /**
   * Takes up again what was given up, such as when a debtor pays after all: the invoice is open,
   * and can be paid like any other.
   *
   * @throws NotAllowed with code {@code invoice-not-written-off}
   * @throws NotFound when the customer has no such invoice
   */
  public Invoice reinstate(UUID customerId, UUID invoiceId, String reason) {
    return corrections.reinstate(customerId, invoiceId, reason);
  }

  /**
   * What a billing run came to, on all nodes and by the database, and whether the ledger says the
   * same.
   *
   * @throws NotFound when there was no such run, or it had nothing to do
   */
  public RunSummary runSummary(UUID runId) {
    return runs.summary(runId);
  }

  /**
   * Issued invoices and credit notes that are not what they were at issue: their content does not
   * fit the hash made then, or the hash is not the one in the ledger's transfer, which seals cover.
   * Reads all of them, page by page.
   *
   * @param limit findings, each a sentence; more are not looked for
   */
  public List<String> altered(int limit) {
    return db.tx(handle -> new ContentCheck(reader).findings(handle, limit));
  }

  /**
   * Customers the billing run leaves out, by id.
   *
   * @param after the last id of the page before, or null for the first page
   * @param limit at most 200
   */
  public List<ParkedCustomer> parked(@Nullable UUID after, int limit) {
    return parking.list(after, Math.min(limit, PAGE_MAX));
  }

  /** Lets the billing run take the customer again; false when it was not parked. */
  public boolean release(UUID customerId) {
    return parking.release(customerId);
  }

  /**
   * The customer's invoice or credit note.
   *
   * @throws NotFound when there is none of this id, or it is another customer's
   */
  public Invoice get(UUID customerId, UUID invoiceId) {
    return find(customerId, invoiceId)
        .orElseThrow(() -> new NotFound("invoice", invoiceId.toString()));
  }

  private Optional<Invoice> find(UUID customerId, UUID invoiceId) {
    return db
        .tx(
            handle ->
                reader.read(
                    handle,
                    "where i.customer_id = :customer and i.id = :id",
                    Map.of("customer", customerId, "id", invoiceId)))
        .stream()
        .findFirst();
  }

  /**
   * The invoices that a payer's reference names, of any customer: one, unless formats of numbers
   * were changed so that two look the same without their separators. For operators.
   *
   * @param reference as written by the payer; spaces and case don't matter
   * @throws dev.innkeeper.billing.problem.InvalidInput when it is no reference or mistyped
   */
  public List<Invoice> findByPaymentReference(String reference) {
    String base = PaymentReference.baseOf(PaymentReference.parse(reference));
    Optional<String> number = settings.numbers(Series.INVOICES).numberOf(base);
    return db.tx(
        handle -> {
          List<Invoice> found =
              number.isEmpty()
                  ? List.of()
                  : reader.read(
                      handle,
                      "where i.number = :number and i.kind <> 'CREDIT_NOTE'",
                      Map.of("number", number.get()));
          // Numbers of a former format are found by reading all.
          return found.isEmpty()
              ? reader.read(
                  handle,
                  "where right(upper(regexp_replace(i.number, '[^A-Za-z0-9]', '', 'g')), "
                      + PaymentReference.BASE_LENGTH_MAX
                      + ") = :base and i.kind <> 'CREDIT_NOTE'",
                  Map.of("base", base))
              : found;
        });
  }

  /**
   * The customer's invoices and credit notes, newest first.
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

  /** Invoices of all customers that match, by number, highest first. For operators. */
  public List<Invoice> search(InvoiceQuery query) {
    return db.tx(handle -> reader.read(handle, query.where(), query.parameters()));
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

  /**
   * Takes back what was paid, in the transaction that takes the money back and after its postings,
   * such as when a bank reverses a charge: the invoices are open again by so much, and due as they
   * were.
   *
   * @throws IllegalStateException outside a transaction
   * @throws dev.innkeeper.billing.problem.InvalidInput when an amount is not above zero
   * @throws dev.innkeeper.billing.problem.NotAllowed with code {@code invoice-not-settled} when an
   *     invoice has less settled than is taken back; nothing is recorded
   */
  public void reopen(List<InvoicePayment> payments) {
    settlements.reopen(payments);
  }
}

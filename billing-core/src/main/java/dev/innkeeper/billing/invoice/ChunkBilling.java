package dev.innkeeper.billing.invoice;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.customer.Customers;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.invoice.DueClaims.Due;
import dev.innkeeper.billing.invoice.tax.TaxTreatment;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.problem.BillingException;
import dev.innkeeper.billing.rating.Charge;
import dev.innkeeper.billing.rating.ChargeScope;
import dev.innkeeper.billing.rating.Periods;
import dev.innkeeper.billing.subscription.ChargeBook;
import dev.innkeeper.billing.subscription.Taken;
import dev.innkeeper.billing.time.BillingCalendar;
import dev.innkeeper.billing.time.BillingCalendar.Period;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Bills customers who are locked and due, in the current transaction: takes their charges and
 * issues their invoices. A fixed number of statements, however many the customers are.
 */
final class ChunkBilling {
  private final Customers customers;
  private final ChargeBook charges;
  private final InvoiceSettings settings;
  private final Assembler assembler;
  private final Issuer issuer;
  private final Parking parking;
  private final GivingBack givingBack;
  private final ObjectMapper json;
  private final Ids ids;
  private final Clock clock;

  /** The services a chunk needs. */
  record Services(
      Customers customers,
      ChargeBook charges,
      InvoiceSettings settings,
      Issuer issuer,
      Parking parking,
      GivingBack givingBack,
      ObjectMapper json,
      Ids ids,
      Clock clock) {}

  /** Whether a customer who is billed for a period may have its invoice already. */
  enum Cycles {
    /** Look: what comes on top is billed apart. */
    LOOK,

    /** Take it that nobody has: if somebody had, {@link #ONCE} fails and all of it is undone. */
    FIRST
  }

  /** The unique index that lets nobody have two invoices for a period. */
  static final String ONCE = "invoice_once_per_period";

  /** What a customer is due for, and until when its charges are taken. */
  private record Part(
      Customer customer, Due due, Period period, InvoiceKind kind, Instant through) {
    ChargeScope scope() {
      return kind == InvoiceKind.CYCLE ? ChargeScope.ALL : ChargeScope.ADVANCE_ONLY;
    }
  }

  ChunkBilling(Services services) {
    this.customers = services.customers();
    this.charges = services.charges();
    this.settings = services.settings();
    this.assembler = new Assembler(settings);
    this.issuer = services.issuer();
    this.parking = services.parking();
    this.givingBack = services.givingBack();
    this.json = services.json();
    this.ids = services.ids();
    this.clock = services.clock();
  }

  /**
   * Bills one period, or what fell due within the current one, of each customer.
   *
   * @param due of customers whose locks are held, read after the locks
   * @param runId the run this belongs to, or null
   * @param cycles whether anyone may have the period's invoice already
   * @throws ParkCustomers when some can't be billed
   */
  ChunkResult bill(Handle handle, List<Due> due, @Nullable UUID runId, Cycles cycles) {
    if (due.isEmpty()) {
      return ChunkResult.NOTHING;
    }
    Instant issuedAt = clock.instant();
    List<Part> parts = parts(due, issuedAt);
    Map<UUID, String> parked = new HashMap<>();
    Map<UUID, List<Charge>> taken = new HashMap<>();
    Map<UUID, BillingCalendar> calendars = calendars(parts);
    for (ChargeScope scope : ChargeScope.values()) {
      Map<UUID, Instant> through = through(parts, scope);
      if (!through.isEmpty()) {
        Taken result = charges.take(through, scope, calendars);
        taken.putAll(result.charges());
        parked.putAll(result.parked());
      }
    }
    parked.putAll(stuck(handle, parts, taken, parked.keySet()));
    GivingBack.Sorted sorted = sorted(handle, parts, taken, cycles, issuedAt);
    List<PreparedInvoice> invoices =
        prepare(sorted.drafts(), parts, issuedAt, LineContributor.Purpose.ISSUE);
    issuer.issue(handle, invoices, runId);
    Map<UUID, Amount> notes = givingBack.giveBack(handle, sorted.excesses());
    parking.park(parked, runId);
    ChunkResult result = result(due.size(), parked.size(), invoices).less(notes);
    if (runId != null) {
      record(handle, runId, result);
    }
    return result;
  }

  /** What would be issued for the customers, up to their instants; writes nothing. */
  ChunkResult show(Handle handle, List<Due> due, Instant asOf) {
    List<Part> parts = parts(due, asOf);
    Map<UUID, String> parked = new HashMap<>();
    Map<UUID, List<Charge>> taken = new HashMap<>();
    for (ChargeScope scope : ChargeScope.values()) {
      Map<UUID, Instant> through = through(parts, scope);
      if (!through.isEmpty()) {
        Taken result = charges.peek(through, scope);
        taken.putAll(result.charges());
        parked.putAll(result.parked());
      }
    }
    GivingBack.Sorted sorted = sorted(handle, parts, taken, Cycles.LOOK, asOf);
    List<PreparedInvoice> invoices;
    try {
      invoices = prepare(sorted.drafts(), parts, asOf, LineContributor.Purpose.SHOW);
    } catch (ParkCustomers e) {
      parked.putAll(e.reasons());
      List<InvoiceDraft> rest =
          sorted.drafts().stream().filter(d -> !parked.containsKey(d.customerId())).toList();
      invoices = prepare(rest, parts, asOf, LineContributor.Purpose.SHOW);
    }
    Map<UUID, Amount> notes = notes(handle, sorted.excesses(), invoices, parked);
    List<PreparedInvoice> issued =
        invoices.stream().filter(i -> !parked.containsKey(i.draft().customerId())).toList();
    return result(due.size(), parked.size(), issued).less(notes);
  }

  /** The totals of credit notes that would be issued with the invoices. */
  private Map<UUID, Amount> notes(
      Handle handle,
      List<GivingBack.Excess> excesses,
      List<PreparedInvoice> invoices,
      Map<UUID, String> parked) {
    Map<UUID, Amount> notes = new HashMap<>();
    for (GivingBack.Excess excess : excesses) {
      if (parked.containsKey(excess.customerId())) {
        continue;
      }
      try {
        for (PreparedInvoice note : givingBack.show(handle, List.of(excess), invoices)) {
          notes.put(note.draft().id(), Amount.ofMinor(note.totalMinor(), note.draft().currency()));
        }
      } catch (ParkCustomers e) {
        parked.putAll(e.reasons());
      }
    }
    return notes;
  }

  /** What is to be charged up to an instant, of the period it ends or lies in; writes nothing. */
  List<PreparedInvoice> preview(
      Handle handle, Customer customer, Instant through, Map<UUID, String> parked) {
    Taken taken = charges.peek(Map.of(customer.id(), through), ChargeScope.ALL);
    parked.putAll(taken.parked());
    Period period = customer.calendar().periodAt(through.minusNanos(1));
    Due due = new Due(customer.id(), through, period.index());
    List<Part> parts = List.of(new Part(customer, due, period, InvoiceKind.CYCLE, through));
    try {
      GivingBack.Sorted sorted = sorted(handle, parts, taken.charges(), Cycles.LOOK, through);
      List<PreparedInvoice> all =
          new ArrayList<>(prepare(sorted.drafts(), parts, through, LineContributor.Purpose.SHOW));
      all.addAll(givingBack.show(handle, sorted.excesses(), List.copyOf(all)));
      return all;
    } catch (ParkCustomers e) {
      parked.putAll(e.reasons());
      return List.of();
    }
  }

  private List<Part> parts(List<Due> due, Instant now) {
    Map<UUID, Customer> byId = new HashMap<>();
    for (Customer customer : customers.findAll(due.stream().map(Due::customerId).toList())) {
      byId.put(customer.id(), customer);
    }
    Periods periods = new Periods();
    List<Part> parts = new ArrayList<>(due.size());
    for (Due each : due) {
      Customer customer = byId.get(each.customerId());
      if (customer == null) {
        throw new ParkCustomers(Map.of(each.customerId(), "the customer does not exist"));
      }
      Period period = periods.period(customer.calendar(), each.periodIndex());
      boolean over = !period.to().isAfter(now);
      parts.add(
          new Part(
              customer,
              each,
              period,
              over ? InvoiceKind.CYCLE : InvoiceKind.IMMEDIATE,
              over ? period.to() : now));
    }
    return parts;
  }

  private static Map<UUID, BillingCalendar> calendars(List<Part> parts) {
    Map<UUID, BillingCalendar> calendars = new HashMap<>();
    parts.forEach(p -> calendars.put(p.customer().id(), p.customer().calendar()));
    return calendars;
  }

  private static Map<UUID, Instant> through(List<Part> parts, ChargeScope scope) {
    Map<UUID, Instant> through = new HashMap<>();
    for (Part part : parts) {
      if (part.scope() == scope) {
        through.put(part.customer().id(), part.through());
      }
    }
    return through;
  }

  /**
   * Customers who had nothing to charge and are due as before: they would be claimed for ever. The
   * due row says one thing and the subscriptions another.
   */
  private static Map<UUID, String> stuck(
      Handle handle, List<Part> parts, Map<UUID, List<Charge>> taken, Set<UUID> parked) {
    List<Part> empty =
        parts.stream()
            .filter(p -> !taken.containsKey(p.customer().id()))
            .filter(p -> !parked.contains(p.customer().id()))
            .toList();
    if (empty.isEmpty()) {
      return Map.of();
    }
    return handle
        .createQuery(
            "select d.customer_id, d.next_at from @.billing_due d"
                + " join unnest(:ids, cast(:instants as timestamptz[])) as w(id, at)"
                + " on d.customer_id = w.id where d.next_at <= w.at")
        .bindArray("ids", UUID.class, empty.stream().map(p -> p.customer().id()).toList())
        .bindArray(
            "instants", String.class, empty.stream().map(p -> p.due().nextAt().toString()).toList())
        .map(
            (row, context) ->
                Map.entry(
                    row.getObject(1, UUID.class),
                    "due at " + row.getString(2) + ", but no subscription has anything to charge"))
        .stream()
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /** The drafts, and what is given back by credit notes instead. */
  private GivingBack.Sorted sorted(
      Handle handle,
      List<Part> parts,
      Map<UUID, List<Charge>> taken,
      Cycles cycles,
      Instant issuedAt) {
    List<InvoiceDraft> drafts = new ArrayList<>(parts.size());
    for (Part part : parts) {
      List<Charge> own = taken.get(part.customer().id());
      if (own != null) {
        Period period = part.kind() == InvoiceKind.CYCLE ? part.period() : null;
        drafts.addAll(Drafts.of(own, part.kind(), period, ids));
      }
    }
    DiscountedReturns returns = DiscountedReturns.of(handle, json, drafts);
    List<InvoiceDraft> priced =
        cycles == Cycles.LOOK ? withoutSecondCycles(handle, returns.drafts()) : returns.drafts();
    Map<UUID, Customer> byId = byId(parts);
    return GivingBack.sort(
        priced,
        draft ->
            isTaxedAlike(
                draft,
                Objects.requireNonNull(byId.get(draft.customerId())),
                returns.taxes().getOrDefault(draft.id(), Set.of()),
                issuedAt));
  }

  /** Whether all of a draft is taxed now as what it gives back was when it was charged. */
  private boolean isTaxedAlike(
      InvoiceDraft draft, Customer customer, Set<TaxTreatment> charged, Instant issuedAt) {
    Set<TaxTreatment> taxes = new HashSet<>(charged);
    try {
      taxes.addAll(assembler.treatments(draft, customer, issuedAt));
    } catch (BillingException | IllegalStateException | ArithmeticException e) {
      // The customer is parked with this very message when the invoice is made.
      return true;
    }
    return taxes.size() == 1;
  }

  private static Map<UUID, Customer> byId(List<Part> parts) {
    Map<UUID, Customer> byId = new HashMap<>();
    parts.forEach(p -> byId.put(p.customer().id(), p.customer()));
    return byId;
  }

  /**
   * A period has one cycle invoice. What falls due on its very end after that invoice, such as a
   * subscription in advance that starts at midnight, is billed apart.
   */
  private static List<InvoiceDraft> withoutSecondCycles(Handle handle, List<InvoiceDraft> drafts) {
    List<InvoiceDraft> cycles = drafts.stream().filter(d -> d.kind() == InvoiceKind.CYCLE).toList();
    if (cycles.isEmpty()) {
      return drafts;
    }
    Set<UUID> second =
        Set.copyOf(
            handle
                .createQuery(
                    "select w.draft from unnest(:drafts, :ids, :currencies, :periods)"
                        + " as w(draft, id, currency, period) join @.invoice i"
                        + " on i.customer_id = w.id and i.currency = w.currency"
                        + " and i.period_index = w.period and i.kind = 'CYCLE'")
                .bindArray("drafts", UUID.class, cycles.stream().map(InvoiceDraft::id).toList())
                .bindArray(
                    "ids", UUID.class, cycles.stream().map(InvoiceDraft::customerId).toList())
                .bindArray(
                    "currencies",
                    String.class,
                    cycles.stream().map(d -> d.currency().code()).toList())
                .bindArray("periods", Long.class, cycles.stream().map(ChunkBilling::index).toList())
                .mapTo(UUID.class)
                .list());
    return drafts.stream().map(d -> second.contains(d.id()) ? d.immediate() : d).toList();
  }

  private static Long index(InvoiceDraft draft) {
    Period period = draft.period();
    if (period == null) {
      throw new IllegalStateException("a cycle invoice has a period");
    }
    return period.index();
  }

  private List<PreparedInvoice> prepare(
      List<InvoiceDraft> drafts,
      List<Part> parts,
      Instant issuedAt,
      LineContributor.Purpose purpose) {
    Map<UUID, Customer> byId = byId(parts);
    Map<UUID, String> failed = new HashMap<>();
    List<PreparedInvoice> invoices = new ArrayList<>(drafts.size());
    for (InvoiceDraft draft : contributed(drafts, purpose)) {
      Customer customer = byId.get(draft.customerId());
      try {
        if (customer == null) {
          throw new IllegalStateException("a draft of nobody");
        }
        PreparedInvoice invoice = assembler.assemble(draft, customer, issuedAt);
        if (invoice.totalMinor() < 0) {
          failed.put(
              draft.customerId(), "discounts exceed what is charged: the sum is " + draft.sum());
        }
        invoices.add(invoice);
      } catch (BillingException | IllegalStateException | ArithmeticException e) {
        failed.put(draft.customerId(), String.valueOf(e.getMessage()));
      }
    }
    if (!failed.isEmpty()) {
      throw new ParkCustomers(failed);
    }
    return invoices;
  }

  private List<InvoiceDraft> contributed(
      List<InvoiceDraft> drafts, LineContributor.Purpose purpose) {
    List<InvoiceDraft> current = drafts;
    for (LineContributor contributor : settings.contributors()) {
      if (!current.isEmpty()) {
        Map<UUID, List<DraftLine>> more = contributor.contribute(current, purpose);
        current = current.stream().map(d -> d.with(more.getOrDefault(d.id(), List.of()))).toList();
      }
    }
    return current;
  }

  static ChunkResult result(int claimed, int parked, List<PreparedInvoice> invoices) {
    Map<String, Long> totals = new TreeMap<>();
    List<UUID> issued = new ArrayList<>(invoices.size());
    for (PreparedInvoice invoice : invoices) {
      totals.merge(invoice.draft().currency().code(), invoice.totalMinor(), Math::addExact);
      issued.add(invoice.draft().id());
    }
    return new ChunkResult(claimed, parked, totals, issued);
  }

  private void record(Handle handle, UUID runId, ChunkResult result) {
    handle
        .createUpdate(
            "insert into @.invoice_run_chunk (run_id, chunk_id, customers, invoices, parked,"
                + " totals, finished_at) values (:run, :chunk, :customers, :invoices, :parked,"
                + " cast(:totals as jsonb), :now)")
        .bind("run", runId)
        .bind("chunk", ids.next())
        .bind("customers", result.claimed() - result.parked())
        .bind("invoices", result.invoiceIds().size())
        .bind("parked", result.parked())
        .bind("totals", BillingJson.write(json, result.totalsMinor()))
        .bind("now", clock.instant().atOffset(ZoneOffset.UTC))
        .execute();
  }
}

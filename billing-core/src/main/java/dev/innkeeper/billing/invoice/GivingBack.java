package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.time.Interval;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * Gives back what was charged in advance and not used, when it is more than what is charged or was
 * taxed in another way: by credit notes on the invoices that charged it, so that nobody gets more
 * than was invoiced, nor other tax, and what a voucher paid stays a voucher's. Rare, so it goes
 * customer by customer.
 */
final class GivingBack {
  private static final String REASON = "Paid in advance and not used";
  private static final int OTHERS_MAX = 500;

  private static final String SOURCES =
      "select l.invoice_id, l.position, l.amount - b.of_line, s.total - b.all_lines, s.returned"
          + " from @.invoice_line l join @.invoice i"
          + " on i.customer_id = l.customer_id and i.id = l.invoice_id"
          + " cross join lateral (select sum(a.amount) as total, coalesce(-sum(a.amount)"
          + "   filter (where a.amount < 0 and a.subscription_id is not null"
          + "     and a.component <> :coupon), 0) as returned"
          + "   from @.invoice_line a"
          + "   where a.customer_id = l.customer_id and a.invoice_id = l.invoice_id) s"
          + " cross join lateral (select coalesce(sum(c.amount), 0) as all_lines,"
          + "   coalesce(sum(c.amount) filter (where c.position = l.position), 0) as of_line"
          + "   from @.invoice n join @.invoice_line c on c.customer_id = n.customer_id"
          + "   and c.invoice_id = n.id"
          + "   where n.customer_id = l.customer_id and n.corrects = l.invoice_id) b"
          + " where l.customer_id = :customer and l.amount > 0 and i.currency = :currency"
          + " and i.kind <> 'CREDIT_NOTE' and i.status in ('OPEN', 'PAID')";

  /** The lines that charged the time in advance, the newest invoice's first. */
  private static final String EXACT =
      SOURCES
          + " and l.subscription_id = :subscription and l.component = :component"
          + " and l.from_at <= :from and l.to_at >= :to order by i.id desc, l.position";

  /** The newest invoice's first. */
  private static final String OTHERS =
      SOURCES
          + " and (l.subscription_id is not distinct from :subscription) = :same"
          + " order by i.id desc, l.position limit :limit";

  private final Corrections corrections;

  /**
   * What a draft gives back by credit notes.
   *
   * @param lines negative, of subscriptions
   */
  record Excess(UUID customerId, List<DraftLine> lines) {}

  /** Drafts without what they give back, and that apart. */
  record Sorted(List<InvoiceDraft> drafts, List<Excess> excesses) {}

  /**
   * A line that charged.
   *
   * @param left how much of it was not taken back yet
   * @param leftOfInvoice the same of all the invoice's lines together, among which may be some that
   *     gave something back
   * @param returned what those gave back; not what coupons took off
   */
  private record Source(
      UUID invoiceId, int position, Amount left, Amount leftOfInvoice, Amount returned) {}

  GivingBack(Corrections corrections) {
    this.corrections = corrections;
  }

  /**
   * Takes the negative lines off drafts whose sum is below zero, and off those that give back what
   * was taxed in another way than what they charge: by another country's rate, by an older one, or
   * before the customer became a business. So a draft with negative lines has one rate, and its
   * total has the sign of its sum.
   *
   * @param isTaxedAlike whether what a draft gives back was taxed like all of its lines are now
   */
  static Sorted sort(List<InvoiceDraft> drafts, Predicate<InvoiceDraft> isTaxedAlike) {
    List<InvoiceDraft> rest = new ArrayList<>(drafts.size());
    List<Excess> excesses = new ArrayList<>();
    for (InvoiceDraft draft : drafts) {
      if (!givesBack(draft) || (!draft.sum().isNegative() && isTaxedAlike.test(draft))) {
        rest.add(draft);
        continue;
      }
      List<DraftLine> charged = new ArrayList<>();
      List<DraftLine> given = new ArrayList<>();
      for (DraftLine line : draft.lines()) {
        (line.amount().isNegative() ? given : charged).add(line);
      }
      excesses.add(new Excess(draft.customerId(), given));
      if (charged.stream().anyMatch(l -> !l.amount().isZero())) {
        rest.add(draft.withLines(charged));
      }
    }
    return new Sorted(rest, excesses);
  }

  private static boolean givesBack(InvoiceDraft draft) {
    for (DraftLine line : draft.lines()) {
      if (line.amount().isNegative()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Issues the credit notes, in the current transaction.
   *
   * @return their ids and, by currency code, what they take back in minor units
   * @throws ParkCustomers when what is given back was never invoiced
   */
  Map<UUID, Amount> giveBack(Handle handle, List<Excess> excesses) {
    Map<UUID, Amount> notes = new HashMap<>();
    for (Excess excess : excesses) {
      try {
        notes.putAll(giveBack(handle, excess));
      } catch (NotAllowed e) {
        throw new ParkCustomers(Map.of(excess.customerId(), String.valueOf(e.getMessage())));
      }
    }
    return notes;
  }

  private Map<UUID, Amount> giveBack(Handle handle, Excess excess) {
    Map<UUID, Amount> notes = new HashMap<>();
    wanted(handle, excess, List.of())
        .forEach(wanted -> notes.putAll(corrections.creditAtMost(handle, wanted)));
    return notes;
  }

  /**
   * The credit notes that {@link #giveBack} would issue once the invoices are issued; writes
   * nothing.
   *
   * @throws ParkCustomers when what is given back was never invoiced
   */
  List<PreparedInvoice> show(Handle handle, List<Excess> excesses, List<PreparedInvoice> invoices) {
    List<PreparedInvoice> notes = new ArrayList<>();
    for (Excess excess : excesses) {
      try {
        for (NewCreditNote wanted : wanted(handle, excess, invoices)) {
          PreparedInvoice toBeIssued =
              invoices.stream()
                  .filter(invoice -> invoice.draft().id().equals(wanted.invoiceId()))
                  .findFirst()
                  .orElse(null);
          corrections.showAtMost(handle, toBeIssued, wanted).ifPresent(notes::add);
        }
      } catch (NotAllowed e) {
        throw new ParkCustomers(Map.of(excess.customerId(), String.valueOf(e.getMessage())));
      }
    }
    return notes;
  }

  /**
   * What to take back, by invoice.
   *
   * @param invoices that will be issued before, the newest then
   */
  private static List<NewCreditNote> wanted(
      Handle handle, Excess excess, List<PreparedInvoice> invoices) {
    Taking taking = new Taking();
    for (DraftLine line : excess.lines()) {
      List<Source> sources = new ArrayList<>();
      for (PreparedInvoice invoice : invoices) {
        sources.addAll(sources(invoice, excess.customerId(), l -> charges(l, line)));
      }
      sources.addAll(exact(handle, excess.customerId(), line));
      if (sources.isEmpty()) {
        throw new NotAllowed(
            "credit-without-invoice",
            line.amount().negated()
                + " is to be given back for '"
                + line.description()
                + "', which no open or paid invoice charged");
      }
      // The last invoice may have charged the difference only: the rest comes from those before.
      Amount rest = taking.take(sources, line.amount().negated());
      if (rest.isPositive()) {
        // It may also have given something back itself, so that less was to be paid on it than it
        // charged. By that much, what it corrected then still stands on others.
        Amount hidden = returned(sources).min(rest);
        taking.take(others(handle, excess.customerId(), line, invoices), hidden);
      }
    }
    return taking.notes(excess.customerId());
  }

  private static Amount returned(List<Source> sources) {
    Map<UUID, Amount> byInvoice = new HashMap<>();
    sources.forEach(source -> byInvoice.put(source.invoiceId(), source.returned()));
    Amount none = Amount.zero(sources.get(0).left().currency());
    return byInvoice.values().stream().reduce(none, Amount::plus);
  }

  /** What is taken of which line. */
  private static final class Taking {
    private final Map<UUID, Map<Integer, Amount>> byInvoice = new TreeMap<>();

    /** Takes from the first sources first; gives what none of them has. */
    Amount take(List<Source> sources, Amount wanted) {
      Amount zero = Amount.zero(wanted.currency());
      Amount rest = wanted;
      for (Source source : sources) {
        Map<Integer, Amount> taken =
            byInvoice.computeIfAbsent(source.invoiceId(), id -> new TreeMap<>());
        Amount before = taken.getOrDefault(source.position(), zero);
        Amount ofInvoice = taken.values().stream().reduce(zero, Amount::plus);
        Amount part =
            source.left().minus(before).min(source.leftOfInvoice().minus(ofInvoice)).min(rest);
        if (part.isPositive()) {
          taken.put(source.position(), before.plus(part));
          rest = rest.minus(part);
        }
      }
      return rest;
    }

    List<NewCreditNote> notes(UUID customerId) {
      byInvoice.values().removeIf(Map::isEmpty);
      List<NewCreditNote> notes = new ArrayList<>();
      byInvoice.forEach(
          (invoiceId, amounts) ->
              notes.add(NewCreditNote.ofLines(customerId, invoiceId, amounts, REASON)));
      return notes;
    }
  }

  /** What {@link #EXACT} and {@link #OTHERS} find more once the invoice is issued. */
  private static List<Source> sources(
      PreparedInvoice invoice, UUID customerId, Predicate<DraftLine> wanted) {
    List<Source> sources = new ArrayList<>();
    if (!invoice.draft().customerId().equals(customerId)) {
      return sources;
    }
    List<DraftLine> lines = invoice.draft().lines();
    Amount returned =
        lines.stream()
            .filter(l -> l.amount().isNegative() && l.subscriptionId() != null)
            .filter(l -> !l.component().equals(DraftLine.COUPON))
            .map(l -> l.amount().negated())
            .reduce(Amount.zero(invoice.draft().currency()), Amount::plus);
    for (int i = 0; i < lines.size(); i++) {
      DraftLine line = lines.get(i);
      if (line.amount().isPositive() && wanted.test(line)) {
        sources.add(
            new Source(
                invoice.draft().id(), i + 1, line.amount(), invoice.draft().sum(), returned));
      }
    }
    return sources;
  }

  private static boolean charges(DraftLine line, DraftLine returned) {
    Interval charged = line.interval();
    Interval interval = returned.interval();
    return charged != null
        && interval != null
        && isSameSubscription(line, returned)
        && returned.component().equals(line.component())
        && !charged.from().isAfter(interval.from())
        && !charged.to().isBefore(interval.to());
  }

  private static boolean isSameSubscription(DraftLine line, DraftLine returned) {
    return returned.subscriptionId() != null
        && returned.subscriptionId().equals(line.subscriptionId());
  }

  private static List<Source> exact(Handle handle, UUID customerId, DraftLine returned) {
    Interval interval = returned.interval();
    if (interval == null || returned.subscriptionId() == null) {
      return List.of();
    }
    return found(
        handle
            .createQuery(EXACT)
            .bind("component", returned.component())
            .bind("from", interval.from().atOffset(ZoneOffset.UTC))
            .bind("to", interval.to().atOffset(ZoneOffset.UTC)),
        customerId,
        returned);
  }

  /** All the customer's lines, those of the subscription first, then the newest invoice's. */
  private static List<Source> others(
      Handle handle, UUID customerId, DraftLine returned, List<PreparedInvoice> invoices) {
    List<Source> others = new ArrayList<>();
    for (boolean same : new boolean[] {true, false}) {
      for (PreparedInvoice invoice : invoices) {
        if (invoice.draft().currency().equals(returned.amount().currency())) {
          others.addAll(sources(invoice, customerId, l -> isSameSubscription(l, returned) == same));
        }
      }
      Query stored = handle.createQuery(OTHERS).bind("same", same).bind("limit", OTHERS_MAX);
      others.addAll(found(stored, customerId, returned));
    }
    return others;
  }

  private static List<Source> found(Query query, UUID customerId, DraftLine returned) {
    Currency currency = returned.amount().currency();
    return query
        .bind("customer", customerId)
        .bind("currency", currency.code())
        .bind("subscription", returned.subscriptionId())
        .bind("coupon", DraftLine.COUPON)
        .map(
            (row, context) ->
                new Source(
                    row.getObject(1, UUID.class),
                    row.getInt(2),
                    Amount.ofMinor(row.getLong(3), currency),
                    Amount.ofMinor(row.getLong(4), currency),
                    Amount.ofMinor(row.getLong(5), currency)))
        .list();
  }
}

package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.problem.NotAllowed;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * Gives back what was charged in advance and not used, when it is more than what is charged: by
 * credit notes on the invoices that charged it, so that nobody gets more than was invoiced, and
 * what a voucher paid stays a voucher's. Rare, so it goes customer by customer.
 */
final class GivingBack {
  private static final String REASON = "Paid in advance and not used";

  private final Corrections corrections;

  /**
   * What a draft below zero gives back.
   *
   * @param lines negative, of subscriptions
   */
  record Excess(UUID customerId, List<DraftLine> lines) {}

  /** Drafts without what they give back, and that apart. */
  record Sorted(List<InvoiceDraft> drafts, List<Excess> excesses) {}

  private record Source(UUID invoiceId, int position) {}

  GivingBack(Corrections corrections) {
    this.corrections = corrections;
  }

  /** Takes the negative lines off drafts whose sum is below zero. */
  static Sorted sort(List<InvoiceDraft> drafts) {
    List<InvoiceDraft> rest = new ArrayList<>(drafts.size());
    List<Excess> excesses = new ArrayList<>();
    for (InvoiceDraft draft : drafts) {
      if (!draft.sum().isNegative()) {
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
    Map<UUID, Map<Integer, Amount>> byInvoice = new TreeMap<>();
    for (DraftLine line : excess.lines()) {
      Source source =
          source(handle, excess.customerId(), line)
              .orElseThrow(
                  () ->
                      new NotAllowed(
                          "credit-without-invoice",
                          line.amount().negated()
                              + " is to be given back for '"
                              + line.description()
                              + "', which no open or paid invoice charged"));
      byInvoice
          .computeIfAbsent(source.invoiceId(), id -> new TreeMap<>())
          .merge(source.position(), line.amount().negated(), Amount::plus);
    }
    Map<UUID, Amount> notes = new HashMap<>();
    byInvoice.forEach(
        (invoiceId, amounts) ->
            notes.putAll(
                corrections.creditAtMost(
                    handle,
                    NewCreditNote.ofLines(excess.customerId(), invoiceId, amounts, REASON))));
    return notes;
  }

  /** The line that charged the time in advance. */
  private static Optional<Source> source(Handle handle, UUID customerId, DraftLine line) {
    if (line.interval() == null || line.subscriptionId() == null) {
      return Optional.empty();
    }
    return handle
        .createQuery(
            "select l.invoice_id, l.position from @.invoice_line l join @.invoice i"
                + " on i.customer_id = l.customer_id and i.id = l.invoice_id"
                + " where l.customer_id = :customer and l.subscription_id = :subscription"
                + " and l.component = :component and l.amount > 0 and l.from_at <= :from"
                + " and l.to_at >= :to and i.kind <> 'CREDIT_NOTE' and i.status in ('OPEN', 'PAID')"
                + " order by i.id desc limit 1")
        .bind("customer", customerId)
        .bind("subscription", line.subscriptionId())
        .bind("component", line.component())
        .bind("from", line.interval().from().atOffset(ZoneOffset.UTC))
        .bind("to", line.interval().to().atOffset(ZoneOffset.UTC))
        .map((row, context) -> new Source(row.getObject(1, UUID.class), row.getInt(2)))
        .findOne();
  }
}

package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.time.BillingCalendar;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An invoice before tax and number.
 *
 * @param id the invoice's, also of its transfer in the ledger
 * @param period what a cycle invoice bills; null for others
 * @param lines at least one, all in the currency
 */
public record InvoiceDraft(
    UUID id,
    UUID customerId,
    InvoiceKind kind,
    Currency currency,
    BillingCalendar.@Nullable Period period,
    List<DraftLine> lines) {

  public InvoiceDraft {
    if (lines.isEmpty()) {
      throw new IllegalArgumentException("an invoice has at least one line");
    }
    for (DraftLine line : lines) {
      if (!line.amount().currency().equals(currency)) {
        throw new IllegalArgumentException("the lines of an invoice are of one currency");
      }
    }
    lines = List.copyOf(lines);
  }

  /** The sum of the lines, tax not added. */
  public Amount sum() {
    Amount sum = Amount.zero(currency);
    for (DraftLine line : lines) {
      sum = sum.plus(line.amount());
    }
    return sum;
  }

  /** The same outside of a period's cycle. */
  InvoiceDraft immediate() {
    return new InvoiceDraft(id, customerId, InvoiceKind.IMMEDIATE, currency, null, lines);
  }

  /** The same with other lines. */
  InvoiceDraft withLines(List<DraftLine> newLines) {
    return new InvoiceDraft(id, customerId, kind, currency, period, newLines);
  }

  InvoiceDraft with(List<DraftLine> more) {
    if (more.isEmpty()) {
      return this;
    }
    List<DraftLine> all = new ArrayList<>(lines);
    all.addAll(more);
    return new InvoiceDraft(id, customerId, kind, currency, period, all);
  }
}

package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.invoice.tax.TaxGroup;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * All of an invoice but its number. Sums are in minor units of the draft's currency.
 *
 * @param lineNetMinor the net of each of the draft's lines
 * @param lineGroups the index of each line's tax group
 */
record PreparedInvoice(
    InvoiceDraft draft,
    Party buyer,
    List<Long> lineNetMinor,
    List<Integer> lineGroups,
    List<TaxGroup> groups,
    long netMinor,
    long taxMinor,
    Instant issuedAt,
    Instant dueAt,
    @Nullable UUID corrects,
    @Nullable String note) {

  PreparedInvoice {
    // INVARIANT: lines add up to the net, groups to net and tax. The tables hold the rest.
    long lines = 0;
    for (long each : lineNetMinor) {
      lines += each;
    }
    long groupNets = 0;
    long groupTaxes = 0;
    for (TaxGroup group : groups) {
      groupNets += group.netMinor();
      groupTaxes += group.taxMinor();
    }
    if (lines != netMinor || groupNets != netMinor || groupTaxes != taxMinor) {
      throw new IllegalStateException("the lines of invoice " + draft.id() + " don't add up");
    }
  }

  long totalMinor() {
    return Math.addExact(netMinor, taxMinor);
  }

  /** Whether anything is to be paid on it. */
  boolean isOwed() {
    return draft.kind() != InvoiceKind.CREDIT_NOTE && totalMinor() > 0;
  }

  /**
   * Whether a credit note takes nothing back of the line, so that it is not written. The others
   * keep the positions of the invoice they correct.
   */
  boolean isLeftOut(int index) {
    return draft.kind() == InvoiceKind.CREDIT_NOTE
        && draft.lines().get(index).amount().isZero()
        && lineNetMinor.get(index) == 0;
  }

  /** What it would be as an invoice, without a number. */
  Invoice asDraft(Seller seller) {
    return invoice(seller, null, InvoiceStatus.DRAFT);
  }

  /** What it is right after its issue under the number. */
  Invoice issued(Seller seller, String number) {
    return invoice(seller, number, isOwed() ? InvoiceStatus.OPEN : InvoiceStatus.PAID);
  }

  private Invoice invoice(Seller seller, @Nullable String number, InvoiceStatus status) {
    Currency currency = draft.currency();
    List<InvoiceLine> lines = new ArrayList<>(lineNetMinor.size());
    for (int i = 0; i < lineNetMinor.size(); i++) {
      if (!isLeftOut(i)) {
        lines.add(line(i, draft.lines().get(i)));
      }
    }
    boolean paid = status == InvoiceStatus.PAID;
    Amount zero = Amount.zero(currency);
    Amount total = Amount.ofMinor(totalMinor(), currency);
    return new Invoice(
        draft.id(),
        number,
        draft.customerId(),
        draft.kind(),
        status,
        currency,
        draft.period() == null ? null : draft.period().interval(),
        number == null ? null : issuedAt,
        number == null ? null : dueAt,
        Amount.ofMinor(netMinor, currency),
        Amount.ofMinor(taxMinor, currency),
        total,
        paid ? zero : total,
        paid ? total : zero,
        zero,
        zero,
        lines,
        groups,
        seller,
        buyer,
        corrects,
        note);
  }

  private InvoiceLine line(int index, DraftLine line) {
    return new InvoiceLine(
        index + 1,
        line.subscriptionId(),
        line.productCode(),
        line.component(),
        line.description(),
        line.interval(),
        line.quantity(),
        line.unit(),
        line.unitPrice(),
        line.amount(),
        Amount.ofMinor(lineNetMinor.get(index), draft.currency()),
        groups.get(lineGroups.get(index)).treatment(),
        line.explanation());
  }
}

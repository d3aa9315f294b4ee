package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.invoice.PaymentSource;
import dev.innkeeper.billing.money.Amount;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which invoice is to be paid from what: a pure function of what is open and what there is.
 *
 * @param parts in the order to carry them out; per invoice at most one of each source
 */
public record SettlementPlan(List<Part> parts) {
  public SettlementPlan {
    parts = List.copyOf(parts);
  }

  /**
   * One part of one invoice.
   *
   * @param amount positive
   * @param methodId the card to charge; null for the other sources
   */
  public record Part(
      UUID invoiceId, PaymentSource source, Amount amount, @Nullable UUID methodId) {}

  /**
   * An invoice that wants to be paid.
   *
   * @param open what is left to pay, positive
   * @param barredMethods cards that were declined for it lately
   */
  public record OpenInvoice(UUID id, Amount open, Instant issuedAt, Set<UUID> barredMethods) {
    public OpenInvoice {
      barredMethods = Set.copyOf(barredMethods);
    }
  }

  /** What the wallet holds, both zero or more. */
  public record Funds(Amount voucher, Amount cash) {}

  /**
   * A card that can be charged.
   *
   * @param minimumCharge the least its provider takes, positive
   */
  public record Card(UUID methodId, Amount minimumCharge) {}

  /**
   * Plans: for every invoice in the policy's order, voucher credit, then cash, then the first card
   * that is not barred. A card is never charged less than its provider's minimum: the wallet then
   * pays so much less, or where the whole invoice is below the minimum the rest stays open.
   *
   * @param invoices all of one currency, which is that of the funds and of the cards' minimums
   * @param cards in the order to try them, the default one first
   */
  public static SettlementPlan of(
      List<OpenInvoice> invoices, Funds funds, List<Card> cards, SettlementPolicy policy) {
    List<OpenInvoice> ordered = new ArrayList<>(invoices);
    ordered.sort(order(policy));
    Amount zero = Amount.zero(funds.cash().currency());
    Amount voucher = policy.sources().contains(PaymentSource.VOUCHER) ? funds.voucher() : zero;
    Amount cash = policy.sources().contains(PaymentSource.CASH) ? funds.cash() : zero;
    List<Part> parts = new ArrayList<>();
    for (OpenInvoice invoice : ordered) {
      Card card = policy.sources().contains(PaymentSource.CARD) ? firstCard(invoice, cards) : null;
      Amount fromVoucher = invoice.open().min(voucher);
      Amount fromCash = invoice.open().minus(fromVoucher).min(cash);
      Amount rest = invoice.open().minus(fromVoucher).minus(fromCash);
      if (card != null
          && rest.isPositive()
          && invoice.open().compareTo(card.minimumCharge()) >= 0
          && rest.compareTo(card.minimumCharge()) < 0) {
        Amount missing = card.minimumCharge().minus(rest);
        Amount lessCash = missing.min(fromCash);
        fromCash = fromCash.minus(lessCash);
        fromVoucher = fromVoucher.minus(missing.minus(lessCash));
        rest = card.minimumCharge();
      }
      add(parts, invoice, PaymentSource.VOUCHER, fromVoucher, null);
      add(parts, invoice, PaymentSource.CASH, fromCash, null);
      if (card != null && rest.compareTo(card.minimumCharge()) >= 0) {
        add(parts, invoice, PaymentSource.CARD, rest, card.methodId());
      }
      voucher = voucher.minus(fromVoucher);
      cash = cash.minus(fromCash);
    }
    return new SettlementPlan(parts);
  }

  private static Comparator<OpenInvoice> order(SettlementPolicy policy) {
    Comparator<OpenInvoice> oldest =
        Comparator.comparing(OpenInvoice::issuedAt).thenComparing(OpenInvoice::id);
    return policy.order() == SettlementPolicy.InvoiceOrder.OLDEST_FIRST
        ? oldest
        : Comparator.comparing(OpenInvoice::open).reversed().thenComparing(oldest);
  }

  private static @Nullable Card firstCard(OpenInvoice invoice, List<Card> cards) {
    for (Card card : cards) {
      if (!invoice.barredMethods().contains(card.methodId())) {
        return card;
      }
    }
    return null;
  }

  private static void add(
      List<Part> parts,
      OpenInvoice invoice,
      PaymentSource source,
      Amount amount,
      @Nullable UUID methodId) {
    if (amount.isPositive()) {
      parts.add(new Part(invoice.id(), source, amount, methodId));
    }
  }
}

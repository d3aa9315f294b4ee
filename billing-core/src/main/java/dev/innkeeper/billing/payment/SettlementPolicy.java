package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.invoice.PaymentSource;
import java.util.EnumSet;
import java.util.Set;

/**
 * How open invoices are settled.
 *
 * @param order which invoice gets the money first
 * @param sources what may be drawn on; vouchers go before cash, cash before cards
 */
public record SettlementPolicy(InvoiceOrder order, Set<PaymentSource> sources) {
  /** Largest invoice first, from everything there is. */
  public static final SettlementPolicy STANDARD =
      new SettlementPolicy(
          InvoiceOrder.LARGEST_FIRST,
          EnumSet.of(PaymentSource.VOUCHER, PaymentSource.CASH, PaymentSource.CARD));

  public SettlementPolicy {
    sources = Set.copyOf(sources);
  }

  /** The same order, drawing on these sources only. */
  public SettlementPolicy from(Set<PaymentSource> newSources) {
    return new SettlementPolicy(order, newSources);
  }

  /** Which of several open invoices comes first; ties go to the older one. */
  public enum InvoiceOrder {
    LARGEST_FIRST,
    OLDEST_FIRST
  }
}

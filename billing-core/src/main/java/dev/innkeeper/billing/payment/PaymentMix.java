package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.invoice.PaymentSource;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a customer wants to pay an invoice from.
 *
 * @param sources any of voucher, cash and card; they are taken in this order
 * @param methodId the card to charge; null for the cards in their order
 */
public record PaymentMix(Set<PaymentSource> sources, @Nullable UUID methodId) {
  /** From everything there is. */
  public static final PaymentMix ALL =
      new PaymentMix(
          EnumSet.of(PaymentSource.VOUCHER, PaymentSource.CASH, PaymentSource.CARD), null);

  public PaymentMix {
    sources = Set.copyOf(sources);
  }

  /** Voucher credit and cash first, the rest from this card. */
  public static PaymentMix withCard(UUID methodId) {
    return new PaymentMix(ALL.sources(), methodId);
  }
}

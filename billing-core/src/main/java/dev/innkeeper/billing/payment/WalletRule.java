package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.money.Amount;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is done when cash and credit together fall below a threshold. The customer is told, and the
 * wallet is filled, if wanted.
 *
 * @param threshold zero or more, in the customer's currency
 * @param topUp how much to charge a card; null to be told only
 * @param methodId the card to charge; null for the default one
 */
public record WalletRule(Amount threshold, @Nullable Amount topUp, @Nullable UUID methodId) {
  /** To be told only. */
  public static WalletRule warnBelow(Amount threshold) {
    return new WalletRule(threshold, null, null);
  }

  /** To be told, and to have so much charged to the default card. */
  public WalletRule withTopUp(Amount amount) {
    return new WalletRule(threshold, amount, methodId);
  }
}

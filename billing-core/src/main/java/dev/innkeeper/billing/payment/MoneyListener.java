package dev.innkeeper.billing.payment;

import java.util.Collection;
import java.util.UUID;

/**
 * Hears, in the transaction that did it, that customers' open invoices or wallets changed. Calls
 * hold the customers' locks. Implementations use statements on sets.
 */
@FunctionalInterface
public interface MoneyListener {
  void moneyChanged(Collection<UUID> customerIds);
}

package dev.innkeeper.billing.payment.spi;

/** Keeps what a provider must not lose between two steps of a charge. */
@FunctionalInterface
public interface ChargeJournal {
  /** Stores the provider's reference durably before it returns. */
  void reference(String providerReference);
}

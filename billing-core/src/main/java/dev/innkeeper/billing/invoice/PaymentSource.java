package dev.innkeeper.billing.invoice;

/** What an invoice was paid from. */
public enum PaymentSource {
  /** Promotional credit; never becomes cash again. */
  VOUCHER,
  /** The prepaid balance. */
  CASH,
  /** A card or another method of a payment provider. */
  CARD,
  /** Something the engine did not see, such as a bank transfer an operator recorded. */
  EXTERNAL
}

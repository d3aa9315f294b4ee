package dev.innkeeper.billing.payment.spi;

/** What became of money on its way out: a refund or a transfer. */
public sealed interface OutgoingResult {
  record Succeeded(String reference) implements OutgoingResult {}

  /**
   * It will not be sent.
   *
   * @param code a stable word
   * @param message for the operator
   */
  record Refused(String code, String message) implements OutgoingResult {}

  /** It can't be told now; it is looked up later. */
  record Unknown(String detail) implements OutgoingResult {}

  /** The provider never heard of it and no request for it is under way. */
  record Absent() implements OutgoingResult {}
}

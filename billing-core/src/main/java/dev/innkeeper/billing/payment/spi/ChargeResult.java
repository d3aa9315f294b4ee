package dev.innkeeper.billing.payment.spi;

import dev.innkeeper.billing.money.Amount;
import org.jspecify.annotations.Nullable;

/** What became of a charge, as far as the provider can tell for sure. */
public sealed interface ChargeResult {
  /**
   * The money is taken.
   *
   * @param fee what the provider keeps of it; null when it is not known (yet): told again with it,
   *     it is booked then
   */
  record Succeeded(String reference, Amount amount, @Nullable Amount fee) implements ChargeResult {}

  /**
   * No money is taken, and none will be for this attempt.
   *
   * @param reference the provider's reference; null when it made none
   * @param code a stable word such as {@code insufficient_funds}
   * @param message for the customer
   */
  record Declined(@Nullable String reference, DeclineKind kind, String code, String message)
      implements ChargeResult {}

  /**
   * The bank wants to hear from the customer.
   *
   * @param actionUrl where the customer answers
   */
  record ActionRequired(String reference, String actionUrl) implements ChargeResult {}

  /**
   * It can't be told now. The engine looks it up later and tries nothing else meanwhile.
   *
   * @param reference the provider's reference; null when none is known
   * @param detail for the operator
   */
  record Unknown(@Nullable String reference, String detail) implements ChargeResult {}

  /**
   * No money has moved and no request is under way: the provider never heard of it, or has only
   * noted it down. Asking again with the same id is safe for as long as the provider's window.
   */
  record Absent() implements ChargeResult {}

  /** Whether trying the same method again later makes sense. */
  enum DeclineKind {
    /** Perhaps: not enough money, a limit, a fault on the way. */
    SOFT,
    /** No: the card is lost, stolen, expired or closed. It is disabled. */
    HARD
  }
}

package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.payment.spi.ChargeRequest;
import dev.innkeeper.billing.payment.spi.ChargeRequest.Presence;
import dev.innkeeper.billing.payment.spi.MethodReference;
import dev.innkeeper.billing.payment.spi.PageChargeRequest;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to be paid: by a card, or on a page of the provider's. Immutable.
 *
 * @param invoiceId the invoice it is for; null for a top-up
 * @param methodId the card; null when the customer enters on the provider's page how to pay
 * @param method how the provider names the card; null as {@code methodId}
 * @param customerReference how the provider names the customer; null where it does not yet
 * @param returnUrl where the provider's page sends the customer back to; null for a card
 * @param amount what was asked for, positive
 * @param reference the provider's name of it; null while there is none
 * @param declineCode a stable word such as {@code insufficient_funds}; {@code not_needed} when it
 *     was cancelled because its invoice needed it no more; null otherwise
 * @param message why, for the customer; null unless declined or cancelled
 * @param actionUrl where the customer answers the bank; null unless action is required
 * @param fee what the provider kept
 * @param refunded what was sent back to the card since
 * @param disputed what the customer's bank took back, for now or for good
 * @param recordedAt when it was stored, before the provider was asked
 * @param calledAt when the provider was first asked; null before
 * @param finishedAt when it ended; null before
 */
public record Payment(
    UUID customerId,
    UUID id,
    @Nullable UUID invoiceId,
    @Nullable UUID methodId,
    String provider,
    @Nullable MethodReference method,
    @Nullable String customerReference,
    @Nullable String returnUrl,
    Amount amount,
    String description,
    Presence presence,
    PaymentState state,
    @Nullable String reference,
    @Nullable String declineCode,
    @Nullable String message,
    @Nullable String actionUrl,
    Amount fee,
    Amount refunded,
    Amount disputed,
    Instant recordedAt,
    @Nullable Instant calledAt,
    @Nullable Instant finishedAt) {

  /** Whether it fills the wallet, rather than paying an invoice. */
  public boolean isTopUp() {
    return invoiceId == null;
  }

  /** Whether the customer pays on a page of the provider's. */
  public boolean isOnPage() {
    return returnUrl != null;
  }

  /** What can still be sent back to the card. */
  public Amount refundable() {
    Amount none = Amount.zero(amount.currency());
    return state == PaymentState.SUCCEEDED
        ? amount.minus(refunded).minus(disputed).max(none)
        : none;
  }

  ChargeRequest request(Instant now) {
    return new ChargeRequest(
        id,
        customerId,
        Objects.requireNonNull(method, "paid on a page"),
        amount,
        description,
        presence,
        reference,
        calledAt == null ? now : calledAt);
  }

  PageChargeRequest pageRequest(Instant now) {
    return new PageChargeRequest(
        id,
        customerId,
        customerReference,
        amount,
        description,
        Objects.requireNonNull(returnUrl, "paid by a card"),
        reference,
        calledAt == null ? now : calledAt);
  }
}

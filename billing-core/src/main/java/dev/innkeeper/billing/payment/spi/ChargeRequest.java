package dev.innkeeper.billing.payment.spi;

import dev.innkeeper.billing.money.Amount;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to charge one method, the same at every call for it.
 *
 * @param attemptId the idempotency key: one id, at most one charge
 * @param amount positive, at least the provider's minimum
 * @param description for the customer's bank statement and the provider's pages
 * @param presence whether the customer is there to answer a question of the bank's
 * @param reference the provider's own reference as far as it is known
 * @param firstCalledAt when the provider was first asked for it
 */
public record ChargeRequest(
    UUID attemptId,
    UUID customerId,
    MethodReference method,
    Amount amount,
    String description,
    Presence presence,
    @Nullable String reference,
    Instant firstCalledAt) {

  /** Whether the customer is at the keyboard. */
  public enum Presence {
    ON_SESSION,
    OFF_SESSION
  }
}

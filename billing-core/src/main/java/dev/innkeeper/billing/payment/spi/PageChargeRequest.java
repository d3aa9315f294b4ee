package dev.innkeeper.billing.payment.spi;

import dev.innkeeper.billing.money.Amount;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to be paid on a page of the provider's, where the customer enters how; the same at
 * every call for it.
 *
 * @param attemptId the idempotency key: one id, at most one charge
 * @param customerReference the provider's name of the customer where it knows the customer already
 * @param amount positive, at least the provider's minimum
 * @param description for the customer, on the page
 * @param returnUrl where the page sends the customer back to
 * @param reference the provider's own reference as far as it is known
 * @param firstCalledAt when the provider was first asked for it
 */
public record PageChargeRequest(
    UUID attemptId,
    UUID customerId,
    @Nullable String customerReference,
    Amount amount,
    String description,
    String returnUrl,
    @Nullable String reference,
    Instant firstCalledAt) {}

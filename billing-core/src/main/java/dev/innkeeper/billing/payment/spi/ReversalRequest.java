package dev.innkeeper.billing.payment.spi;

import dev.innkeeper.billing.money.Amount;
import java.time.Instant;
import java.util.UUID;

/**
 * Money to take back from a third party, such as after a refund of what it was a share of.
 *
 * @param reversalId one id, at most one reversal
 * @param transferReference the provider's reference of the transfer
 * @param amount positive, at most what is left of the transfer
 * @param firstCalledAt when the provider was first asked for it
 */
public record ReversalRequest(
    UUID reversalId, String transferReference, Amount amount, Instant firstCalledAt) {}

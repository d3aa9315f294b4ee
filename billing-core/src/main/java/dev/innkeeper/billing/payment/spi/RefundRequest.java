package dev.innkeeper.billing.payment.spi;

import dev.innkeeper.billing.money.Amount;
import java.time.Instant;
import java.util.UUID;

/**
 * Money to send back to where a charge took it from.
 *
 * @param refundId one id, at most one refund
 * @param chargeReference the provider's reference of the charge
 * @param amount positive, at most what is left of the charge
 * @param firstCalledAt when the provider was first asked for it
 */
public record RefundRequest(
    UUID refundId, String chargeReference, Amount amount, Instant firstCalledAt) {}

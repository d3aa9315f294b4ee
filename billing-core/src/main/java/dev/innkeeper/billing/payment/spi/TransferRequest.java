package dev.innkeeper.billing.payment.spi;

import dev.innkeeper.billing.money.Amount;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Money to send to a third party.
 *
 * @param transferId one id, at most one transfer
 * @param destination how the provider names the third party
 * @param sourceCharge the charge the money came by; null when it is no charge in particular
 * @param firstCalledAt when the provider was first asked for it
 */
public record TransferRequest(
    UUID transferId,
    String destination,
    Amount amount,
    @Nullable String sourceCharge,
    Instant firstCalledAt) {}

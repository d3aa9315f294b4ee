package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.money.Amount;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Money that an operator recorded as received. Immutable.
 *
 * @param toInvoice what of it went to its invoice; the rest went to the wallet
 */
public record ExternalPayment(
    UUID customerId,
    UUID id,
    String channel,
    String reference,
    Amount amount,
    @Nullable UUID invoiceId,
    Amount toInvoice,
    Instant receivedAt,
    String recordedBy,
    Instant recordedAt) {}

package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.money.Amount;
import java.time.Instant;
import java.util.UUID;

/**
 * Cash that is promised, and that nothing else can spend. Immutable.
 *
 * @param remaining what is neither used nor freed; zero when the hold is over
 * @param expiresAt when what is left becomes free by itself
 */
public record WalletHold(
    UUID customerId, UUID id, Amount amount, Amount remaining, Instant expiresAt) {}

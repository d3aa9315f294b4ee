package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.money.Amount;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/**
 * What one transfer did to one account.
 *
 * @param amount on the account's natural side: positive when the balance grew
 * @param balanceAfter on the natural side
 * @param recordedAt when it was booked
 * @param effectiveAt when it counts for the business
 */
public record LedgerEntry(
    UUID transferId,
    String kind,
    Amount amount,
    Amount balanceAfter,
    Instant recordedAt,
    Instant effectiveAt,
    Map<String, String> metadata) {}

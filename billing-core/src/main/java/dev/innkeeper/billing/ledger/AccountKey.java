package dev.innkeeper.billing.ledger;

import java.util.UUID;

/**
 * The key of an account's row, or of one lane of it.
 *
 * @param account a hash of code, currency and lane: see {@link AccountKeys}
 */
record AccountKey(UUID owner, long account) {}

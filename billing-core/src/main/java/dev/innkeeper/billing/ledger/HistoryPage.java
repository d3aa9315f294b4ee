package dev.innkeeper.billing.ledger;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Part of an account's history, newest first.
 *
 * @param next where the next page begins; null when this is the last one
 */
public record HistoryPage(List<LedgerEntry> entries, @Nullable String next) {}

package dev.innkeeper.billing.usage;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A record as stored. Immutable.
 *
 * @param replacedBy the key of the record that took its place, or null while it counts
 */
public record StoredUsage(UsageRecord record, @Nullable String replacedBy, Instant recordedAt) {}

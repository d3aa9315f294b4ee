package dev.innkeeper.billing.dunning;

import dev.innkeeper.billing.dunning.GracePolicy.Action;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where a customer in grace stands.
 *
 * @param policy the policy's name
 * @param startedAt when the grace began
 * @param suspended whether the suspension was carried out
 * @param nextAction what comes next; null when nothing is left
 * @param nextAt when it comes, unless everything due is paid before; null when nothing is left
 */
public record GraceStatus(
    UUID customerId,
    String policy,
    Instant startedAt,
    boolean suspended,
    @Nullable Action nextAction,
    @Nullable Instant nextAt) {}

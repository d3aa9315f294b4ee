package dev.innkeeper.billing.promotion;

import dev.innkeeper.billing.money.Amount;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A customer's wish for credit. Immutable.
 *
 * @param amount what was asked for
 * @param granted what was given; null unless approved
 * @param answer what the customer was told; null where nothing was
 */
public record VoucherRequest(
    UUID customerId,
    UUID id,
    Amount amount,
    String reason,
    State state,
    Instant requestedAt,
    @Nullable Amount granted,
    @Nullable String answer,
    @Nullable String decidedBy,
    @Nullable Instant decidedAt) {

  /** What became of it. */
  public enum State {
    WAITING,
    APPROVED,
    REJECTED
  }
}

package dev.innkeeper.billing.ledger;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An account while a batch is decided. Confined to one thread. */
final class AccountState {
  final AccountKey key;
  final AccountSpec spec;
  final int lane;

  /** False until the account has a row. */
  final boolean stored;

  final Instant recordedAt;
  long balance;
  long held;
  long seq;
  boolean changed;

  private AccountState(
      AccountKey key, AccountSpec spec, int lane, boolean stored, Instant recordedAt) {
    this.key = key;
    this.spec = spec;
    this.lane = lane;
    this.stored = stored;
    this.recordedAt = recordedAt;
  }

  static AccountState stored(AccountKey key, AccountSpec spec, int lane, Instant recordedAt) {
    return new AccountState(key, spec, lane, true, recordedAt);
  }

  /** An account that comes into being with its first posting. */
  static AccountState absent(AccountKey key, AccountSpec spec, int lane) {
    return new AccountState(key, spec, lane, false, Instant.EPOCH);
  }

  /**
   * What is left above the floor.
   *
   * @return null when there is no floor
   */
  @Nullable Long available() {
    Long floor = spec.floorMinorUnits();
    return floor == null ? null : spec.type().natural(balance) - held - floor;
  }
}

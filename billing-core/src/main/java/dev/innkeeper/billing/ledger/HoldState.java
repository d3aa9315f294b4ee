package dev.innkeeper.billing.ledger;

import java.time.Instant;
import java.util.UUID;

/** A hold while a batch is decided. Confined to one thread. */
final class HoldState {
  final UUID id;
  final AccountState account;
  final long amount;
  final Instant expiresAt;

  /** False until the hold has a row. */
  final boolean stored;

  long remaining;
  boolean changed;

  HoldState(UUID id, AccountState account, Action.Reserve terms, boolean stored) {
    this.id = id;
    this.account = account;
    this.amount = terms.minorUnits();
    this.expiresAt = terms.expiresAt();
    this.stored = stored;
    this.remaining = terms.minorUnits();
  }
}

package dev.innkeeper.billing.ledger;

import java.time.Instant;
import java.util.UUID;

/** What a request does beside its postings. */
sealed interface Action {
  /** Nothing: the postings are all. */
  Action NONE = new Plain();

  record Plain() implements Action {}

  /** Undoes a posted transfer; the postings are the opposite of its own. */
  record Reversal(UUID original) implements Action {}

  /** Promises part of a balance. */
  record Reserve(AccountId account, long minorUnits, Instant expiresAt) implements Action {}

  /** The postings take from what was promised. */
  record Capture(HoldKey hold) implements Action {}

  /** Frees what is left of a promise. */
  record Release(HoldKey hold, Cause cause) implements Action {}

  /** Why a hold is released. */
  enum Cause {
    ASKED,
    EXPIRED
  }

  /** A hold and the account it is on. */
  record HoldKey(UUID id, AccountId account) {}
}

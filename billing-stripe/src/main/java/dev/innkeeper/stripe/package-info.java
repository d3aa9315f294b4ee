/**
 * Payments by Stripe. Every call that changes something carries a key derived from the engine's own
 * id; what can't be told is unknown, and found out by asking Stripe, never by guessing.
 */
@NullMarked
package dev.innkeeper.stripe;

import org.jspecify.annotations.NullMarked;

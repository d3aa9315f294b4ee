/**
 * What a payment provider implements. A provider reports what it knows and never guesses: an
 * outcome it can't tell is {@code Unknown}.
 */
@NullMarked
package dev.innkeeper.billing.payment.spi;

import org.jspecify.annotations.NullMarked;

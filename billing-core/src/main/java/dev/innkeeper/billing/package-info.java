/** Innkeeper's billing engine. Start at {@code BillingEngine}. */
@NullMarked
package dev.innkeeper.billing;

import org.jspecify.annotations.NullMarked;

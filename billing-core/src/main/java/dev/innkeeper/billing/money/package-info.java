/** Amounts in minor units, currencies, rounding and splitting. No floating point anywhere. */
@NullMarked
package dev.innkeeper.billing.money;

import org.jspecify.annotations.NullMarked;

/** Intervals of time and billing periods. */
@NullMarked
package dev.innkeeper.billing.time;

import org.jspecify.annotations.NullMarked;

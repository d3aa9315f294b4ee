/** What was measured: usage records, counted once each. */
@NullMarked
package dev.innkeeper.billing.usage;

import org.jspecify.annotations.NullMarked;

/** Checks a live database against the promises the engine makes about money. */
@NullMarked
package dev.innkeeper.billing.audit;

import org.jspecify.annotations.NullMarked;

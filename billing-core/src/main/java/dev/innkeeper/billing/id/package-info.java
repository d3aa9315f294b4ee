/** Identifiers. */
@NullMarked
package dev.innkeeper.billing.id;

import org.jspecify.annotations.NullMarked;

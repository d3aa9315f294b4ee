/** Values as bytes. */
@NullMarked
package dev.innkeeper.billing.bytes;

import org.jspecify.annotations.NullMarked;

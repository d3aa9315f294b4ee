/** How time and usage become charges: pure functions over intervals and quantities. */
@NullMarked
package dev.innkeeper.billing.rating;

import org.jspecify.annotations.NullMarked;

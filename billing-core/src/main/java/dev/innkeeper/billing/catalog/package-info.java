/** What is sold and at which price: products, options, meters and immutable price versions. */
@NullMarked
package dev.innkeeper.billing.catalog;

import org.jspecify.annotations.NullMarked;

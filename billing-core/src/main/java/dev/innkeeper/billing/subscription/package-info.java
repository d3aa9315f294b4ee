/** What customers have taken out, and what of it is still to be billed. */
@NullMarked
package dev.innkeeper.billing.subscription;

import org.jspecify.annotations.NullMarked;

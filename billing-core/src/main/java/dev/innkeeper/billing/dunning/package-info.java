/** What happens when nobody pays: reminders, suspension, removal, and the way back. */
@NullMarked
package dev.innkeeper.billing.dunning;

import org.jspecify.annotations.NullMarked;

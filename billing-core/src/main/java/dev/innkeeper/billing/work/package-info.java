/** Work that falls due by time, and who does it. */
@NullMarked
package dev.innkeeper.billing.work;

import org.jspecify.annotations.NullMarked;

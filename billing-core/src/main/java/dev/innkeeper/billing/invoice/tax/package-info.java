/** Which tax applies to a line, and the arithmetic of tax groups. Pure: no database, no clock. */
@NullMarked
package dev.innkeeper.billing.invoice.tax;

import org.jspecify.annotations.NullMarked;

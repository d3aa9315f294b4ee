/**
 * Invoices: what is owed, for what, since when. Charges become invoices in the billing run, in bulk
 * and exactly once; issued invoices never change, credit notes correct them.
 */
@NullMarked
package dev.innkeeper.billing.invoice;

import org.jspecify.annotations.NullMarked;

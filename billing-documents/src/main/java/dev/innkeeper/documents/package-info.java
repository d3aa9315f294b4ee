/** Issued invoices and credit notes as HTML and PDF, in the buyer's language. */
@NullMarked
package dev.innkeeper.documents;

import org.jspecify.annotations.NullMarked;

/**
 * Issued invoices and credit notes as HTML, PDF and electronic invoices, in the buyer's language.
 */
@NullMarked
package dev.innkeeper.documents;

import org.jspecify.annotations.NullMarked;

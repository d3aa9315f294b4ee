/** Invoices as files: checked for who asks before anything is rendered. */
@NullMarked
package dev.innkeeper.server.documents;

import org.jspecify.annotations.NullMarked;

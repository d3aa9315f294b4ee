/** Mails to customers: written from events, kept in the database, sent by SMTP, tried again. */
@NullMarked
package dev.innkeeper.server.mail;

import org.jspecify.annotations.NullMarked;

package dev.innkeeper.server.mail;

/**
 * A mail in words.
 *
 * @param language of the words
 * @param subject one line
 * @param plain for readers without HTML
 * @param html a page, its values escaped
 */
public record MailText(
    String recipient, String language, String subject, String plain, String html) {}

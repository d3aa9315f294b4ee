package dev.innkeeper.server.mail;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A mail as it is kept.
 *
 * @param id the event's
 * @param eventData the event's components as JSON
 * @param text what was written; null until it was
 * @param invoiceIds attached as PDF when it is sent
 * @param copy 1, and one more each time it was sent again on purpose
 * @param error what went wrong at the last try; null when nothing did
 */
public record Mail(
    UUID customerId,
    UUID id,
    String eventType,
    String eventData,
    Instant occurredAt,
    @Nullable MailText text,
    List<UUID> invoiceIds,
    MailStatus status,
    int copy,
    int attempts,
    @Nullable String error,
    @Nullable Instant sentAt) {

  /**
   * The message's id within a domain: the same for each try, another for each deliberate repeat.
   */
  String messageId(String domain) {
    return "<" + id + "." + copy + "@" + domain + ">";
  }
}

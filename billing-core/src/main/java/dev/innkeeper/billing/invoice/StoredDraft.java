package dev.innkeeper.billing.invoice;

import java.time.Instant;
import java.util.UUID;

/**
 * An invoice that is being written: it has no number, nobody owes it, and it can be changed and
 * deleted.
 *
 * @param id also of the invoice that it becomes
 * @param content what would be issued
 * @param revision counts the changes; tells whether someone else changed it meanwhile
 */
public record StoredDraft(
    UUID id, NewInvoice content, long revision, Instant createdAt, Instant changedAt) {
  public UUID customerId() {
    return content.customerId();
  }
}

package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.money.Amount;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A wish to take back an invoice or a part of it.
 *
 * @param amounts what to take back of the lines' amounts, by position, with the line's sign; empty
 *     for all that is left of every line
 * @param reason for the buyer, shown on the credit note
 */
public record NewCreditNote(
    UUID customerId, UUID invoiceId, Map<Integer, Amount> amounts, String reason) {

  public NewCreditNote {
    amounts = java.util.Collections.unmodifiableMap(new TreeMap<>(amounts));
  }

  /** All that was not taken back yet. */
  public static NewCreditNote ofAll(UUID customerId, UUID invoiceId, String reason) {
    return new NewCreditNote(customerId, invoiceId, Map.of(), reason);
  }

  /** Parts of lines, by their positions. */
  public static NewCreditNote ofLines(
      UUID customerId, UUID invoiceId, Map<Integer, Amount> amounts, String reason) {
    return new NewCreditNote(customerId, invoiceId, amounts, reason);
  }
}

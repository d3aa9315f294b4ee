package dev.innkeeper.documents;

import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.invoice.InvoiceKind;
import dev.innkeeper.billing.problem.NotAllowed;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An invoice or credit note to be shown. Only what was frozen at issue is: the same document gives
 * the same pages before and after it was paid or voided. Immutable.
 *
 * @param number the invoice's
 * @param issuedAt the invoice's
 * @param zone whose calendar the periods were cut by: the customer's
 * @param corrected the invoice that a credit note takes back; null for invoices
 */
public record IssuedDocument(
    Invoice invoice, String number, Instant issuedAt, ZoneId zone, @Nullable Invoice corrected) {

  public IssuedDocument {
    if (invoice.kind() == InvoiceKind.CREDIT_NOTE
        && (corrected == null || !corrected.id().equals(invoice.corrects()))) {
      throw new IllegalArgumentException(
          "credit note " + number + " is shown with the invoice it corrects");
    }
  }

  /**
   * An invoice, its periods by the seller's calendar.
   *
   * @throws NotAllowed with code {@code invoice-not-issued} for a draft
   * @throws IllegalArgumentException for a credit note
   */
  public static IssuedDocument of(Invoice invoice) {
    return of(invoice, null);
  }

  /**
   * A credit note and the invoice it takes back, periods by the seller's calendar.
   *
   * @throws NotAllowed with code {@code invoice-not-issued} for a draft
   * @throws IllegalArgumentException when the credit note corrects another invoice
   */
  public static IssuedDocument ofCreditNote(Invoice creditNote, Invoice corrected) {
    return of(creditNote, corrected);
  }

  private static IssuedDocument of(Invoice invoice, @Nullable Invoice corrected) {
    String number = invoice.number();
    Instant issuedAt = invoice.issuedAt();
    if (number == null || issuedAt == null) {
      throw new NotAllowed(
          "invoice-not-issued", "a draft has no number and no document; issue it first");
    }
    return new IssuedDocument(invoice, number, issuedAt, invoice.seller().zone(), corrected);
  }

  /** With periods by this calendar: the customer's. */
  public IssuedDocument withZone(ZoneId newZone) {
    return new IssuedDocument(invoice, number, issuedAt, newZone, corrected);
  }

  boolean isCreditNote() {
    return invoice.kind() == InvoiceKind.CREDIT_NOTE;
  }

  /** The number of the invoice that a credit note takes back; empty for invoices. */
  String correctedNumber() {
    return corrected == null ? "" : Objects.requireNonNullElse(corrected.number(), "");
  }
}

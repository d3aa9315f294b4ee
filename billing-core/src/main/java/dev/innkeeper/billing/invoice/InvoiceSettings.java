package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.customer.Address;
import dev.innkeeper.billing.invoice.tax.TaxPolicy;
import dev.innkeeper.billing.problem.InvalidInput;
import java.util.List;

/**
 * How invoices are made: start with {@link #of}, refine with the {@code with…} methods. Immutable.
 *
 * @param paymentTermDays days after the day of issue until the end of which may be paid, 0 to 365
 * @param contributors add discounts and other lines, in this order
 */
public record InvoiceSettings(
    Seller seller,
    TaxPolicy taxPolicy,
    int paymentTermDays,
    NumberFormat invoiceNumbers,
    NumberFormat creditNoteNumbers,
    List<LineContributor> contributors) {
  private static final int NUMBER_DIGITS = 6;
  private static final int PAYMENT_TERM_DAYS = 14;
  private static final int PAYMENT_TERM_DAYS_MAX = 365;

  public InvoiceSettings {
    if (paymentTermDays < 0 || paymentTermDays > PAYMENT_TERM_DAYS_MAX) {
      throw new InvalidInput("paymentTermDays", "must be 0 to " + PAYMENT_TERM_DAYS_MAX);
    }
    if (invoiceNumbers.pattern().equals(creditNoteNumbers.pattern())) {
      throw new InvalidInput(
          "creditNoteNumbers", "must differ from the invoices' numbers, or both look the same");
    }
    contributors = List.copyOf(contributors);
  }

  /** No tax, two weeks to pay, numbers such as {@code INV-2027-000001}. */
  public static InvoiceSettings of(Seller seller) {
    return new InvoiceSettings(
        seller,
        TaxPolicy.none(),
        PAYMENT_TERM_DAYS,
        new NumberFormat("INV-{year}-{number}", NUMBER_DIGITS),
        new NumberFormat("CN-{year}-{number}", NUMBER_DIGITS),
        List.of());
  }

  /** What an engine goes by that was told nothing else. */
  public static InvoiceSettings standard() {
    return of(Seller.named("Innkeeper", Address.NONE));
  }

  public InvoiceSettings withTaxPolicy(TaxPolicy newTaxPolicy) {
    return new InvoiceSettings(
        seller, newTaxPolicy, paymentTermDays, invoiceNumbers, creditNoteNumbers, contributors);
  }

  public InvoiceSettings withPaymentTermDays(int newPaymentTermDays) {
    return new InvoiceSettings(
        seller, taxPolicy, newPaymentTermDays, invoiceNumbers, creditNoteNumbers, contributors);
  }

  public InvoiceSettings withNumbers(NumberFormat invoices, NumberFormat creditNotes) {
    return new InvoiceSettings(
        seller, taxPolicy, paymentTermDays, invoices, creditNotes, contributors);
  }

  public InvoiceSettings withContributors(List<LineContributor> newContributors) {
    return new InvoiceSettings(
        seller, taxPolicy, paymentTermDays, invoiceNumbers, creditNoteNumbers, newContributors);
  }

  NumberFormat numbers(Series series) {
    return series == Series.INVOICES ? invoiceNumbers : creditNoteNumbers;
  }
}

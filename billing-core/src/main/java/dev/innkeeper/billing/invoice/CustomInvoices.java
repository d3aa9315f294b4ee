package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.invoice.tax.TaxTable;
import dev.innkeeper.billing.invoice.tax.VatId;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.problem.InvalidInput;

/** What an invoice written by hand must fulfil beyond its own fields. */
final class CustomInvoices {
  private CustomInvoices() {}

  /** An operator who writes an invoice should hear of a wrong VAT id, not the tax office. */
  static void requireBuyer(Customer customer) {
    String vatId = customer.vatId();
    String country = customer.address().country();
    if (vatId != null && country != null && TaxTable.europeanUnion().contains(country)) {
      VatId id = VatId.require("customer.vatId", vatId);
      if (!id.country().equals(country)) {
        throw new InvalidInput(
            "customer.vatId", "is of " + id.country() + ", the address is in " + country);
      }
    }
  }

  static void requirePositive(PreparedInvoice invoice) {
    if (invoice.totalMinor() <= 0) {
      throw new InvalidInput(
          "lines",
          "must come to more than zero, not "
              + Amount.ofMinor(invoice.totalMinor(), invoice.draft().currency())
              + "; to give money back, credit the invoice it was paid on");
    }
  }
}

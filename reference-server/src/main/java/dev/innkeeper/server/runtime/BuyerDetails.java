package dev.innkeeper.server.runtime;

import dev.innkeeper.billing.customer.Address;
import dev.innkeeper.billing.customer.CustomerDetails;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.invoice.tax.TaxTable;
import dev.innkeeper.billing.invoice.tax.VatId;
import dev.innkeeper.billing.problem.InvalidInput;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What invoices, and their tax, need to know of a buyer. Every part may be absent. Immutable.
 *
 * @param country ISO 3166-1 alpha-2, upper case
 */
public record BuyerDetails(
    @Nullable String company,
    @Nullable String vatId,
    @Nullable String street,
    @Nullable String postalCode,
    @Nullable String city,
    @Nullable String country) {

  /**
   * A new customer with these details.
   *
   * @throws InvalidInput naming the field at fault: a VAT id that is wrong would be taxed as none
   */
  public NewCustomer of(NewCustomer wanted) {
    requireSane();
    NewCustomer located = wanted.withAddress(address());
    return company == null ? located : located.withCompany(company, vatId);
  }

  /**
   * A customer's details with these instead of their own.
   *
   * @throws InvalidInput as with a new customer
   */
  public CustomerDetails of(CustomerDetails before) {
    requireSane();
    return before.withAddress(address()).withCompany(company, vatId);
  }

  private Address address() {
    return new Address(street, postalCode, city, country);
  }

  private void requireSane() {
    if (country != null && !List.of(Locale.getISOCountries()).contains(country)) {
      throw new InvalidInput("country", "must be a country's two letters, such as DE");
    }
    if (vatId != null) {
      requireVatId(vatId);
    }
  }

  private void requireVatId(String text) {
    if (company == null) {
      throw new InvalidInput("company", "is missing; a VAT id belongs to a company");
    }
    if (country == null) {
      throw new InvalidInput("country", "is missing; a VAT id is of a country");
    }
    if (TaxTable.europeanUnion().contains(country)) {
      VatId id = VatId.require("vatId", text);
      if (!id.country().equals(country)) {
        throw new InvalidInput("vatId", "is of " + id.country() + ", the address is in " + country);
      }
    }
  }
}

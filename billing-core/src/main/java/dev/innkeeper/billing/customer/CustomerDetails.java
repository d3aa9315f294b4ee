package dev.innkeeper.billing.customer;

import org.jspecify.annotations.Nullable;

/**
 * What may change of a customer: who is written to, and what the next invoices say. Checked when it
 * is stored. Immutable.
 *
 * @param language of invoices and mail, an ISO 639-1 code
 * @param company the name on the invoice when a business buys
 * @param vatId as given; checked by the tax policy
 */
public record CustomerDetails(
    String name,
    String email,
    String language,
    @Nullable String company,
    Address address,
    @Nullable String vatId) {

  /** As they are, to be refined with the {@code with…} methods. */
  public static CustomerDetails of(Customer customer) {
    return new CustomerDetails(
        customer.name(),
        customer.email(),
        customer.language(),
        customer.company(),
        customer.address(),
        customer.vatId());
  }

  public CustomerDetails withName(String newName) {
    return new CustomerDetails(newName, email, language, company, address, vatId);
  }

  public CustomerDetails withEmail(String newEmail) {
    return new CustomerDetails(name, newEmail, language, company, address, vatId);
  }

  public CustomerDetails withLanguage(String newLanguage) {
    return new CustomerDetails(name, email, newLanguage, company, address, vatId);
  }

  public CustomerDetails withAddress(Address newAddress) {
    return new CustomerDetails(name, email, language, company, newAddress, vatId);
  }

  /** A company and its VAT id, or neither. */
  public CustomerDetails withCompany(@Nullable String newCompany, @Nullable String newVatId) {
    return new CustomerDetails(name, email, language, newCompany, address, newVatId);
  }
}

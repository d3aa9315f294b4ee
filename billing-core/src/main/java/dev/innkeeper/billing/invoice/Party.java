package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.customer.Address;
import dev.innkeeper.billing.customer.Customer;
import org.jspecify.annotations.Nullable;

/**
 * A seller or buyer as the invoice shows it: a copy made at issue, which later changes don't reach.
 *
 * @param company the business that sells or buys; null for a private buyer
 * @param vatId as given
 * @param language of the document, an ISO 639-1 code
 */
public record Party(
    String name,
    @Nullable String company,
    Address address,
    @Nullable String vatId,
    @Nullable String email,
    String language) {

  static Party of(Customer customer) {
    return new Party(
        customer.name(),
        customer.company(),
        customer.address(),
        customer.vatId(),
        customer.email(),
        customer.language());
  }
}

package dev.innkeeper.billing.customer;

import org.jspecify.annotations.Nullable;

/**
 * Where an invoice goes. Every part may be absent, as long as the customer's tax rules don't need
 * it.
 *
 * @param country ISO 3166-1 alpha-2, upper case
 */
public record Address(
    @Nullable String street,
    @Nullable String postalCode,
    @Nullable String city,
    @Nullable String country) {
  public static final Address NONE = new Address(null, null, null, null);
}

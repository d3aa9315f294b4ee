package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.customer.Address;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * Who issues the invoices. A change takes effect for invoices issued from then on: each version
 * that was ever used is kept.
 *
 * @param code stable, names the series of numbers; lower case
 * @param zone whose calendar gives the year of a number and the dates of an invoice
 * @param registration such as a court and a number, for the foot of the invoice
 * @param iban where to pay by transfer
 */
public record Seller(
    String code,
    String name,
    Address address,
    @Nullable String vatId,
    @Nullable String email,
    @Nullable String phone,
    @Nullable String website,
    @Nullable String registration,
    @Nullable String iban,
    @Nullable String bic,
    ZoneId zone) {

  public Seller {
    if (!code.matches("[a-z0-9-]{1,40}")) {
      throw new IllegalArgumentException("a seller's code is lower case letters, digits, hyphens");
    }
  }

  /** A seller with a name and an address, in UTC. */
  public static Seller named(String name, Address address) {
    return new Seller(
        "main", name, address, null, null, null, null, null, null, null, java.time.ZoneOffset.UTC);
  }
}

package dev.innkeeper.billing.customer;

import dev.innkeeper.billing.money.Currency;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What it takes to register a customer: start with {@link #named}, refine with the {@code with…}
 * methods. Immutable; checked when registered.
 *
 * @param anchorDay day of the month on which billing periods start, 1 to 31; in shorter months the
 *     last day
 */
public record NewCustomer(
    String name,
    String email,
    Currency currency,
    ZoneId zone,
    int anchorDay,
    String group,
    String language,
    @Nullable String company,
    Address address,
    @Nullable String vatId,
    Map<String, String> metadata) {

  /** A customer billed in the currency by calendar months in UTC. */
  public static NewCustomer named(String name, String email, Currency currency) {
    return new NewCustomer(
        name,
        email,
        currency,
        ZoneOffset.UTC,
        1,
        "default",
        "en",
        null,
        Address.NONE,
        null,
        Map.of());
  }

  public NewCustomer withZone(ZoneId newZone) {
    return new NewCustomer(
        name, email, currency, newZone, anchorDay, group, language, company, address, vatId,
        metadata);
  }

  public NewCustomer withAnchorDay(int newAnchorDay) {
    return new NewCustomer(
        name,
        email,
        currency,
        zone,
        newAnchorDay,
        group,
        language,
        company,
        address,
        vatId,
        metadata);
  }

  public NewCustomer withGroup(String newGroup) {
    return new NewCustomer(
        name, email, currency, zone, anchorDay, newGroup, language, company, address, vatId,
        metadata);
  }

  public NewCustomer withLanguage(String newLanguage) {
    return new NewCustomer(
        name,
        email,
        currency,
        zone,
        anchorDay,
        group,
        newLanguage,
        company,
        address,
        vatId,
        metadata);
  }

  public NewCustomer withAddress(Address newAddress) {
    return new NewCustomer(
        name,
        email,
        currency,
        zone,
        anchorDay,
        group,
        language,
        company,
        newAddress,
        vatId,
        metadata);
  }

  public NewCustomer withCompany(String newCompany, @Nullable String newVatId) {
    return new NewCustomer(
        name,
        email,
        currency,
        zone,
        anchorDay,
        group,
        language,
        newCompany,
        address,
        newVatId,
        metadata);
  }

  public NewCustomer withMetadata(Map<String, String> newMetadata) {
    return new NewCustomer(
        name,
        email,
        currency,
        zone,
        anchorDay,
        group,
        language,
        company,
        address,
        vatId,
        newMetadata);
  }
}

package dev.innkeeper.billing.catalog;

import dev.innkeeper.billing.money.Currency;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A price as published: it never changes, a new version follows it. Immutable.
 *
 * @param when the options it is for; an option not named matches every value
 * @param billing when its recurring components are charged
 * @param effectiveFrom new subscriptions are sold under it from here on, until the next version
 * @param publishedAt when it entered the catalog; the notice of a raise counts from here
 * @param raise what it does to subscriptions sold under an older version
 * @param notice between publication and the first period of a moved subscription at this price
 * @param trial free time at the start of a subscription; zero for none
 */
public record PriceVersion(
    UUID id,
    String productCode,
    Map<String, String> when,
    Currency currency,
    BillingMode billing,
    Instant effectiveFrom,
    Instant publishedAt,
    RaisePolicy raise,
    Duration notice,
    Duration trial,
    MonthLength month,
    List<PriceComponent> components) {
  public PriceVersion {
    when = Map.copyOf(when);
    components = List.copyOf(components);
  }

  /** Names the sequence of versions that this one belongs to, such as {@code site size=small}. */
  public TariffKey tariff() {
    return new TariffKey(productCode, TariffKey.text(when), currency);
  }

  /** The first instant at which a moved subscription's billing period may start at this price. */
  public Instant movesFrom() {
    Instant noticed = publishedAt.plus(notice);
    return noticed.isAfter(effectiveFrom) ? noticed : effectiveFrom;
  }

  /** When customers with moved subscriptions are told: the notice ahead of {@link #movesFrom}. */
  public Instant noticeAt() {
    return movesFrom().minus(notice);
  }

  /** Whether it prices a product with these options. */
  public boolean matches(Map<String, String> options) {
    return options.entrySet().containsAll(when.entrySet());
  }

  /**
   * A sequence of price versions.
   *
   * @param when the options as text: {@code address=no,size=small}, sorted; empty for all
   */
  public record TariffKey(String productCode, String when, Currency currency) {
    static String text(Map<String, String> options) {
      StringBuilder text = new StringBuilder();
      new TreeMap<>(options)
          .forEach((k, v) -> text.append(text.length() == 0 ? "" : ",").append(k + "=" + v));
      return text.toString();
    }

    /** For people: {@code site address=no,size=small EUR}. */
    @Override
    public String toString() {
      return productCode + (when.isEmpty() ? "" : " " + when) + " " + currency;
    }
  }
}

package dev.innkeeper.billing.invoice.tax;

import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The built-in tax policy: rates by country, class and day, and the rules of the European VAT for
 * services sold across borders.
 *
 * <ul>
 *   <li>The buyer sits in the seller's country, or gave none: the seller's rate.
 *   <li>Both sit in the EU and the buyer has a valid VAT id of its country: reverse charge.
 *   <li>Both sit in the EU, no valid VAT id: the buyer's rate, when the seller has declared it will
 *       charge rates of destination; else the seller's.
 *   <li>Everyone else: out of scope, no tax.
 * </ul>
 *
 * <p>Immutable.
 */
public final class TaxTable implements TaxPolicy {
  /** Member states of the EU, by ISO code. */
  private static final Set<String> EU =
      Set.of(
          "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
          "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK");

  /** Where the tax of consumers in other member states goes. */
  public enum CrossBorder {
    /** The seller's rate: turnover abroad is below the union's threshold. */
    ORIGIN,
    /** The buyer's rate, declared through the one-stop shop. */
    DESTINATION
  }

  private record Key(String country, String taxClass) {}

  private final String sellerCountry;
  private final PriceBasis priceBasis;
  private final CrossBorder crossBorder;
  private final Map<Key, NavigableMap<LocalDate, BigDecimal>> rates = new HashMap<>();

  /**
   * @param sellerCountry ISO 3166-1 alpha-2, upper case
   * @param rates in any order
   * @throws InvalidInput when two rates start on the same day, a percentage is out of range, or the
   *     seller's own country has no rate
   */
  public TaxTable(
      String sellerCountry,
      PriceBasis priceBasis,
      CrossBorder crossBorder,
      Collection<TaxRate> rates) {
    this.sellerCountry = sellerCountry;
    this.priceBasis = priceBasis;
    this.crossBorder = crossBorder;
    int row = 0;
    for (TaxRate rate : rates) {
      add("rates[" + row + "]", rate);
      row++;
    }
    if (!this.rates.containsKey(new Key(sellerCountry, TaxSubject.STANDARD_CLASS))) {
      throw new InvalidInput(
          "rates", "has no 'standard' rate for the seller's country " + sellerCountry);
    }
  }

  private void add(String field, TaxRate rate) {
    if (rate.percent().signum() < 0 || rate.percent().compareTo(BigDecimal.valueOf(100)) > 0) {
      throw new InvalidInput(field + ".percent", "must be 0 to 100");
    }
    BigDecimal before =
        rates
            .computeIfAbsent(new Key(rate.country(), rate.taxClass()), k -> new TreeMap<>())
            .put(rate.from(), rate.percent());
    if (before != null) {
      throw new InvalidInput(
          field + ".from", "two rates of " + rate.country() + " start on " + rate.from());
    }
  }

  @Override
  public PriceBasis priceBasis() {
    return priceBasis;
  }

  @Override
  public TaxTreatment treat(TaxSubject subject) {
    String buyer = subject.buyerCountry();
    if (buyer == null || buyer.equals(sellerCountry)) {
      return atRateOf(sellerCountry, subject);
    }
    if (!EU.contains(sellerCountry) || !EU.contains(buyer)) {
      return TaxTreatment.untaxed(
          TaxCategory.OUT_OF_SCOPE, jurisdiction(sellerCountry), "Not subject to VAT");
    }
    if (isBusiness(buyer, subject.buyerVatId())) {
      return TaxTreatment.untaxed(
          TaxCategory.REVERSE_CHARGE, jurisdiction(sellerCountry), "Reverse charge");
    }
    return atRateOf(crossBorder == CrossBorder.DESTINATION ? buyer : sellerCountry, subject);
  }

  private static boolean isBusiness(String country, @Nullable String vatId) {
    return vatId != null
        && VatId.parse(vatId).filter(id -> id.country().equals(country)).isPresent();
  }

  private TaxTreatment atRateOf(String country, TaxSubject subject) {
    NavigableMap<LocalDate, BigDecimal> byDay =
        rates.getOrDefault(
            new Key(country, subject.taxClass()),
            rates.get(new Key(country, TaxSubject.STANDARD_CLASS)));
    Map.Entry<LocalDate, BigDecimal> entry =
        byDay == null ? null : byDay.floorEntry(subject.supplyDate());
    if (entry == null) {
      throw new NotAllowed(
          "tax-rate-unknown",
          "the tax table has no rate for "
              + country
              + " on "
              + subject.supplyDate()
              + "; add one that starts on or before that day");
    }
    if (entry.getValue().signum() == 0) {
      return TaxTreatment.untaxed(TaxCategory.ZERO_RATED, jurisdiction(country), "Zero rated");
    }
    return TaxTreatment.taxed(entry.getValue(), jurisdiction(country));
  }

  private static String jurisdiction(String country) {
    return country.toLowerCase(Locale.ROOT);
  }

  /** The countries that the European rules of this table apply to, sorted. */
  public static List<String> europeanUnion() {
    return EU.stream().sorted().toList();
  }
}

package dev.innkeeper.billing.catalog;

import dev.innkeeper.billing.catalog.PriceComponent.Per;
import dev.innkeeper.billing.catalog.PriceVersion.TariffKey;
import dev.innkeeper.billing.problem.InvalidInput.Violation;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a catalog definition must keep, whichever way it came in. Paths and messages are the same
 * for YAML, which adds lines, and for the API.
 */
final class CatalogRules {
  private static final int PRICE_DECIMALS_MAX = 12;
  private static final BigDecimal PRICE_MAX = BigDecimal.valueOf(1_000_000_000L);
  private static final BigDecimal QUANTITY_MAX = new BigDecimal("1000000000000");
  private static final int PRODUCTS_MAX = 10_000;
  private static final int COMPONENTS_MAX = 100;
  private static final int TIERS_MAX = 100;
  private static final int COMBINATIONS_MAX = 10_000;
  private static final int NAME_LENGTH_MAX = 200;
  private static final Duration TRIAL_MAX = Duration.ofDays(3660);
  private static final String CODE = "[a-z][a-z0-9-]{0,39}";

  private final Locations locations;
  private final List<Violation> faults = new ArrayList<>();

  private CatalogRules(Locations locations) {
    this.locations = locations;
  }

  /** The line of each field, by path; empty for a definition that is not text. */
  static final class Locations {
    private final Map<String, Integer> lines = new HashMap<>();

    void put(String path, int line) {
      lines.put(path, line);
    }

    String at(String path) {
      return CatalogYaml.at(lines.get(path));
    }
  }

  /** Every fault of the definition; none when it is sound. Meters may be known from before. */
  static List<Violation> check(CatalogDefinition definition, Locations locations) {
    CatalogRules rules = new CatalogRules(locations);
    rules.meters(definition.meters());
    Set<String> codes = new HashSet<>();
    if (definition.offers().size() > PRODUCTS_MAX) {
      rules.fault("products", "more than " + PRODUCTS_MAX);
    }
    for (int i = 0; i < definition.offers().size(); i++) {
      String path = "products[" + i + "]";
      CatalogDefinition.Offer offer = definition.offers().get(i);
      if (!codes.add(offer.product().code())) {
        rules.fault(path + ".code", "'" + offer.product().code() + "' stands twice");
      }
      rules.product(path, offer.product());
      rules.prices(path, offer);
    }
    return rules.faults;
  }

  private void fault(String path, String message) {
    faults.add(new Violation(path, locations.at(path) + message));
  }

  private void meters(List<Meter> meters) {
    Set<String> codes = new HashSet<>();
    for (int i = 0; i < meters.size(); i++) {
      Meter meter = meters.get(i);
      String path = "meters[" + i + "]";
      code(path + ".code", meter.code());
      name(path + ".unit", meter.unit());
      if (!codes.add(meter.code())) {
        fault(path + ".code", "'" + meter.code() + "' stands twice");
      }
      if (meter.kind() == Meter.Kind.GAUGE && meter.aggregation() == Meter.Aggregation.UNIQUE) {
        fault(path + ".aggregation", "a gauge has no items to tell apart; use counter");
      }
    }
  }

  private void product(String path, Product product) {
    code(path + ".code", product.code());
    name(path + ".name", product.name());
    long combinations = 1;
    for (Map.Entry<String, List<String>> option : product.options().entrySet()) {
      String at = path + ".options";
      if (!option.getKey().matches(CODE)) {
        fault(at, "'" + YamlFields.shorten(option.getKey()) + "' is no option's name: " + CODE);
      }
      if (option.getValue().isEmpty()) {
        fault(at, option.getKey() + " has no values");
      }
      if (new HashSet<>(option.getValue()).size() != option.getValue().size()) {
        fault(at, option.getKey() + " has a value twice");
      }
      for (String value : option.getValue()) {
        if (!value.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,39}")) {
          fault(at, option.getKey() + ": '" + YamlFields.shorten(value) + "' is no plain value");
        }
      }
      combinations *= Math.max(1, option.getValue().size());
      if (combinations > COMBINATIONS_MAX) {
        fault(at, "more than " + COMBINATIONS_MAX + " combinations");
        return;
      }
    }
  }

  private void prices(String path, CatalogDefinition.Offer offer) {
    Map<TariffKey, Set<Instant>> instants = new HashMap<>();
    Map<TariffKey, CatalogDefinition.Price> tariffs = new HashMap<>();
    for (int i = 0; i < offer.prices().size(); i++) {
      CatalogDefinition.Price price = offer.prices().get(i);
      String at = path + ".prices[" + i + "]";
      price(at, offer.product(), price);
      TariffKey key =
          new TariffKey(offer.product().code(), TariffKey.text(price.when()), price.currency());
      Instant effective = price.effectiveFrom() == null ? Instant.MAX : price.effectiveFrom();
      if (!instants.computeIfAbsent(key, k -> new HashSet<>()).add(effective)) {
        fault(at + ".effective", "two versions of '" + key + "' begin at the same instant");
      }
      for (CatalogDefinition.Price other : tariffs.values()) {
        if (overlap(price, other)) {
          fault(
              at + ".for",
              "some options match both '"
                  + TariffKey.text(price.when())
                  + "' and '"
                  + TariffKey.text(other.when())
                  + "': which price holds would be unclear");
        }
      }
      tariffs.putIfAbsent(key, price);
    }
  }

  /** Whether some options match both, of prices that are not versions of one another. */
  static boolean overlap(CatalogDefinition.Price one, CatalogDefinition.Price other) {
    return one.currency().equals(other.currency())
        && !one.when().equals(other.when())
        && one.when().entrySet().stream()
            .allMatch(
                e -> e.getValue().equals(other.when().getOrDefault(e.getKey(), e.getValue())));
  }

  private void price(String at, Product product, CatalogDefinition.Price price) {
    price
        .when()
        .forEach(
            (option, value) -> {
              List<String> values = product.options().get(option);
              if (values == null || !values.contains(value)) {
                fault(
                    at + ".for",
                    "the product has no option " + option + "=" + YamlFields.shorten(value));
              }
            });
    if (price.trial().isNegative() || price.trial().compareTo(TRIAL_MAX) > 0) {
      fault(at + ".trial", "must be 0 to " + TRIAL_MAX.toDays() + " days");
    }
    if (price.notice().isNegative() || price.notice().compareTo(TRIAL_MAX) > 0) {
      fault(at + ".notice", "must be 0 to " + TRIAL_MAX.toDays() + " days");
    }
    if (price.month().hours() < 0 || price.month().hours() > 744) {
      fault(at + ".month", "must be 1h to 744h, or calendar");
    }
    if (price.components().isEmpty()) {
      fault(at + ".components", "a price has at least one component");
    }
    if (price.components().size() > COMPONENTS_MAX) {
      fault(at + ".components", "more than " + COMPONENTS_MAX);
    }
    Set<String> codes = new HashSet<>();
    for (int i = 0; i < price.components().size(); i++) {
      PriceComponent component = price.components().get(i);
      String path = at + ".components[" + i + "]";
      if (!codes.add(component.code())) {
        fault(path + ".code", "'" + component.code() + "' stands twice");
      }
      component(path, component);
    }
  }

  private void component(String path, PriceComponent component) {
    code(path + ".code", component.code());
    name(path + ".name", component.name());
    if ((component.per() == Per.UNIT) != (component.meter() != null)) {
      fault(
          path + ".meter",
          component.meter() == null
              ? "is missing: which meter counts the units?"
              : "only a component per unit has a meter");
    }
    quantity(path + ".included", component.included(), BigDecimal.ZERO);
    BigDecimal minimum = component.minimum();
    BigDecimal maximum = component.maximum();
    if (minimum != null) {
      money(path + ".minimum", minimum);
    }
    if (maximum != null) {
      money(path + ".maximum", maximum);
    }
    if (minimum != null && maximum != null && minimum.compareTo(maximum) > 0) {
      fault(path + ".minimum", "is more than the maximum");
    }
    if (component.per() == Per.ONCE && (minimum != null || maximum != null)) {
      fault(path + ".minimum", "a set-up fee has no minimum and no maximum");
    }
    shape(path, component.shape());
  }

  private void shape(String path, PriceShape shape) {
    if (shape instanceof PriceShape.Flat flat) {
      money(path + ".flat", flat.price());
    } else if (shape instanceof PriceShape.PerUnit each) {
      money(path + ".price", each.price());
    } else if (shape instanceof PriceShape.PackageOf pack) {
      quantity(path + ".package.size", pack.size(), new BigDecimal("0.000000001"));
      money(path + ".package.price", pack.price());
    } else if (shape instanceof PriceShape.Graduated graduated) {
      tiers(path + ".graduated", graduated.tiers());
    } else if (shape instanceof PriceShape.Volume volume) {
      tiers(path + ".volume", volume.tiers());
    }
  }

  private void tiers(String path, List<PriceShape.Tier> tiers) {
    if (tiers.isEmpty() || tiers.size() > TIERS_MAX) {
      fault(path, "must have 1 to " + TIERS_MAX + " steps");
      return;
    }
    BigDecimal start = BigDecimal.ZERO;
    for (int i = 0; i < tiers.size(); i++) {
      PriceShape.Tier tier = tiers.get(i);
      String at = path + "[" + i + "]";
      money(at + ".price", tier.price());
      money(at + ".flat", tier.flat());
      boolean last = i == tiers.size() - 1;
      if (tier.upTo() == null) {
        if (!last) {
          fault(at + ".upTo", "is missing: only the last step has no end");
        }
      } else if (last) {
        fault(at + ".upTo", "the last step has no end; leave it out");
      } else if (tier.upTo().compareTo(start) <= 0) {
        fault(at + ".upTo", "must be more than that of the step before");
      } else {
        quantity(at + ".upTo", tier.upTo(), BigDecimal.ZERO);
        start = tier.upTo();
      }
    }
  }

  private void money(String path, BigDecimal value) {
    if (value.signum() < 0 || value.compareTo(PRICE_MAX) > 0) {
      fault(path, "must be 0 to " + PRICE_MAX.toPlainString());
    } else if (value.stripTrailingZeros().scale() > PRICE_DECIMALS_MAX) {
      fault(path, "has more than " + PRICE_DECIMALS_MAX + " decimals");
    }
  }

  private void quantity(String path, BigDecimal value, BigDecimal least) {
    if (value.compareTo(least) < 0 || value.compareTo(QUANTITY_MAX) > 0) {
      fault(path, "must be " + least.toPlainString() + " to " + QUANTITY_MAX.toPlainString());
    } else if (value.stripTrailingZeros().scale() > 9) {
      fault(path, "has more than 9 decimals");
    }
  }

  private void code(String path, String code) {
    if (!code.matches(CODE)) {
      fault(
          path,
          "'"
              + YamlFields.shorten(code)
              + "' must be lower-case letters, digits and hyphens, at most 40, a letter first");
    }
  }

  private void name(String path, String name) {
    if (name.isBlank()
        || name.length() > NAME_LENGTH_MAX
        || name.chars().anyMatch(Character::isISOControl)) {
      fault(path, "must have 1 to " + NAME_LENGTH_MAX + " characters, none of them control");
    }
  }
}

package dev.innkeeper.billing.catalog;

import dev.innkeeper.billing.catalog.CatalogDiff.Action;
import dev.innkeeper.billing.catalog.CatalogDiff.Change;
import dev.innkeeper.billing.catalog.PriceComponent.Per;
import dev.innkeeper.billing.catalog.PriceVersion.TariffKey;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.InvalidInput.Violation;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The difference between the catalog as it is and as it should be. Writes nothing. */
final class CatalogPlan {
  private final CatalogSnapshot snapshot;
  private final CatalogDefinition definition;
  private final Instant now;
  private final List<Change> changes = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private final List<Violation> faults = new ArrayList<>();
  private final List<Meter> meters = new ArrayList<>();
  private final List<Product> products = new ArrayList<>();
  private final Map<CatalogDefinition.Price, Product> prices = new LinkedHashMap<>();

  /**
   * @throws InvalidInput when the definition contradicts what was published
   */
  CatalogPlan(CatalogSnapshot snapshot, CatalogDefinition definition, Instant now) {
    this.snapshot = snapshot;
    this.definition = definition;
    this.now = now;
    definition.meters().forEach(this::meter);
    for (int i = 0; i < definition.offers().size(); i++) {
      offer("products[" + i + "]", definition.offers().get(i));
    }
    if (!faults.isEmpty()) {
      throw new InvalidInput(faults);
    }
  }

  CatalogDiff diff() {
    return new CatalogDiff(changes, warnings);
  }

  /** Meters to store. */
  List<Meter> meters() {
    return meters;
  }

  /** Products to store. */
  List<Product> products() {
    return products;
  }

  /** Prices to publish, with their products. */
  Map<CatalogDefinition.Price, Product> prices() {
    return prices;
  }

  PriceVersion version(CatalogDefinition.Price price, UUID id, Instant publishedAt) {
    Product product = prices.get(price);
    if (product == null) {
      throw new IllegalArgumentException("not a price of this plan");
    }
    return version(product, price, id, publishedAt);
  }

  private static PriceVersion version(
      Product product, CatalogDefinition.Price price, UUID id, Instant at) {
    return new PriceVersion(
        id,
        product.code(),
        price.when(),
        price.currency(),
        product.billing(),
        price.effectiveFrom() == null ? at : price.effectiveFrom(),
        at,
        price.raise(),
        price.notice(),
        price.trial(),
        price.month(),
        price.components().stream().map(CatalogPlan::normalized).toList());
  }

  private void meter(Meter meter) {
    Meter old = snapshot.meter(meter.code()).orElse(null);
    if (meter.equals(old)) {
      return;
    }
    if (old == null) {
      changes.add(new Change(Action.ADD, "meter " + meter.code(), describe(meter)));
    } else if (old.kind() != meter.kind() || old.aggregation() != meter.aggregation()) {
      faults.add(
          new Violation(
              "meters." + meter.code(),
              "is "
                  + describe(old)
                  + " and keeps that, or records of before would mean something else; add a meter"
                  + " under another code"));
    } else {
      changes.add(
          new Change(
              Action.CHANGE,
              "meter " + meter.code(),
              "unit " + meter.unit() + ", was " + old.unit()));
    }
    meters.add(meter);
  }

  private void offer(String path, CatalogDefinition.Offer offer) {
    Product product = offer.product();
    Product old = snapshot.findProduct(product.code()).orElse(null);
    String subject = "product " + product.code();
    if (old == null) {
      changes.add(new Change(Action.ADD, subject, describe(product)));
      products.add(product);
    } else if (!old.equals(product)) {
      changes.add(
          new Change(Action.CHANGE, subject, describe(product) + "; was: " + describe(old)));
      products.add(product);
      if (old.billing() != product.billing()) {
        warnings.add(
            subject
                + ": running subscriptions stay "
                + word(old.billing())
                + "; the prices published from now on are "
                + word(product.billing()));
      }
    }
    for (int i = 0; i < offer.prices().size(); i++) {
      price(path + ".prices[" + i + "]", product, offer.prices().get(i));
    }
  }

  private void price(String path, Product product, CatalogDefinition.Price price) {
    PriceVersion wanted = version(product, price, new UUID(0, 0), now);
    requireMeters(path, wanted);
    TariffKey key = wanted.tariff();
    List<PriceVersion> sequence = snapshot.versionsOf(key);
    PriceVersion same = sameInstant(sequence, price);
    if (same != null && equalContent(same, wanted)) {
      return;
    }
    if (same != null && price.effectiveFrom() != null) {
      faults.add(
          new Violation(
              path + ".effective",
              "the price of '"
                  + key
                  + "' from "
                  + price.effectiveFrom()
                  + " is published as "
                  + describe(same)
                  + " and never changes; add a version with a later instant"));
      return;
    }
    if (!sequence.isEmpty() && wanted.effectiveFrom().isBefore(now)) {
      faults.add(
          new Violation(
              path + ".effective",
              "lies in the past: what was sold since would have had another price; use "
                  + now
                  + " or later"));
      return;
    }
    if (overlapsStored(path, key, price)) {
      return;
    }
    PriceVersion before = CatalogSnapshot.inForce(sequence, wanted.effectiveFrom());
    changes.add(
        new Change(
            Action.ADD,
            "price " + key,
            "from "
                + wanted.effectiveFrom()
                + ": "
                + describe(wanted)
                + (before == null ? "" : "; before: " + describe(before))));
    warn(key, wanted, before);
    prices.put(price, product);
  }

  private void warn(TariffKey key, PriceVersion wanted, @Nullable PriceVersion before) {
    if (before != null && wanted.raise() == RaisePolicy.MOVE_AT_RENEWAL) {
      Instant noticeOver = now.plus(wanted.notice());
      Instant moved =
          noticeOver.isAfter(wanted.effectiveFrom()) ? noticeOver : wanted.effectiveFrom();
      warnings.add(
          "price " + key + ": running subscriptions move with their first period from " + moved);
    }
  }

  private boolean overlapsStored(String path, TariffKey key, CatalogDefinition.Price price) {
    for (TariffKey other : snapshot.tariffsOf(key.productCode())) {
      PriceVersion stored = snapshot.versionsOf(other).get(0);
      CatalogDefinition.Price otherPrice =
          new CatalogDefinition.Price(
              stored.when(),
              stored.currency(),
              null,
              RaisePolicy.KEEP,
              Duration.ZERO,
              Duration.ZERO,
              MonthLength.CALENDAR,
              List.of());
      if (CatalogRules.overlap(price, otherPrice)) {
        faults.add(
            new Violation(
                path + ".for",
                "some options match both this and '"
                    + other
                    + "', which is published: which price holds would be unclear"));
        return true;
      }
    }
    return false;
  }

  private void requireMeters(String path, PriceVersion wanted) {
    for (int i = 0; i < wanted.components().size(); i++) {
      String meter = wanted.components().get(i).meter();
      if (meter != null
          && snapshot.meter(meter).isEmpty()
          && definition.meters().stream().noneMatch(m -> m.code().equals(meter))) {
        faults.add(
            new Violation(
                path + ".components[" + i + "].meter",
                "there is no meter '" + YamlFields.shorten(meter) + "'; add it under meters"));
      }
    }
  }

  /** The version that the price names: at its instant, or without one the newest. */
  private static @Nullable PriceVersion sameInstant(
      List<PriceVersion> sequence, CatalogDefinition.Price price) {
    if (price.effectiveFrom() == null) {
      return sequence.isEmpty() ? null : sequence.get(sequence.size() - 1);
    }
    return sequence.stream()
        .filter(v -> v.effectiveFrom().equals(price.effectiveFrom()))
        .findFirst()
        .orElse(null);
  }

  private static boolean equalContent(PriceVersion stored, PriceVersion wanted) {
    return stored.billing() == wanted.billing()
        && stored.raise() == wanted.raise()
        && stored.notice().equals(wanted.notice())
        && stored.trial().equals(wanted.trial())
        && stored.month().equals(wanted.month())
        && stored.components().equals(wanted.components());
  }

  /** 4.90 and 4.9 are one price. */
  private static PriceComponent normalized(PriceComponent c) {
    return new PriceComponent(
        c.code(),
        c.name(),
        c.per(),
        c.meter(),
        normalized(c.shape()),
        plain(c.included()),
        c.minimum() == null ? null : plain(c.minimum()),
        c.maximum() == null ? null : plain(c.maximum()));
  }

  private static PriceShape normalized(PriceShape shape) {
    if (shape instanceof PriceShape.Flat flat) {
      return new PriceShape.Flat(plain(flat.price()));
    }
    if (shape instanceof PriceShape.PerUnit each) {
      return new PriceShape.PerUnit(plain(each.price()));
    }
    if (shape instanceof PriceShape.PackageOf pack) {
      return new PriceShape.PackageOf(plain(pack.size()), plain(pack.price()));
    }
    if (shape instanceof PriceShape.Graduated graduated) {
      return new PriceShape.Graduated(normalized(graduated.tiers()));
    }
    return new PriceShape.Volume(normalized(((PriceShape.Volume) shape).tiers()));
  }

  private static List<PriceShape.Tier> normalized(List<PriceShape.Tier> tiers) {
    return tiers.stream()
        .map(
            t ->
                new PriceShape.Tier(
                    t.upTo() == null ? null : plain(t.upTo()), plain(t.price()), plain(t.flat())))
        .toList();
  }

  private static BigDecimal plain(BigDecimal value) {
    BigDecimal stripped = value.stripTrailingZeros();
    return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
  }

  private static String describe(Meter meter) {
    return word(meter.kind()) + ", " + word(meter.aggregation()) + ", in " + meter.unit();
  }

  private static String describe(Product product) {
    return product.name()
        + ", "
        + word(product.billing())
        + (product.provisioner() == null ? "" : ", made by " + product.provisioner())
        + (product.template().isEmpty() ? "" : ", template " + new TreeMap<>(product.template()))
        + (product.options().isEmpty() ? "" : ", options " + new TreeMap<>(product.options()))
        + (product.retired() ? ", retired" : "");
  }

  static String describe(PriceVersion version) {
    StringBuilder text = new StringBuilder();
    for (PriceComponent component : version.components()) {
      text.append(text.length() == 0 ? "" : ", ").append(describe(component));
    }
    if (!version.month().isCalendar()) {
      text.append(", month of ").append(version.month().hours()).append(" h");
    }
    if (!version.trial().isZero()) {
      text.append(", trial ").append(version.trial());
    }
    if (version.raise() == RaisePolicy.MOVE_AT_RENEWAL) {
      text.append(", moves running subscriptions after ").append(version.notice());
    }
    return text.toString();
  }

  private static String describe(PriceComponent component) {
    StringBuilder text = new StringBuilder(component.code()).append(' ');
    PriceShape shape = component.shape();
    if (shape instanceof PriceShape.PerUnit each) {
      text.append(each.price().toPlainString());
    } else if (shape instanceof PriceShape.Flat flat) {
      text.append("flat ").append(flat.price().toPlainString());
    } else if (shape instanceof PriceShape.PackageOf pack) {
      text.append(pack.price().toPlainString())
          .append(" a package of ")
          .append(pack.size().toPlainString());
    } else if (shape instanceof PriceShape.Graduated graduated) {
      text.append("graduated ").append(describe(graduated.tiers()));
    } else if (shape instanceof PriceShape.Volume volume) {
      text.append("volume ").append(describe(volume.tiers()));
    }
    text.append(component.per() == Per.ONCE ? " once" : " per " + word(component.per()));
    if (component.meter() != null) {
      text.append(" of ").append(component.meter());
    }
    if (component.included().signum() > 0) {
      text.append(", ").append(component.included().toPlainString()).append(" included");
    }
    if (component.minimum() != null) {
      text.append(", at least ").append(component.minimum().toPlainString());
    }
    if (component.maximum() != null) {
      text.append(", at most ").append(component.maximum().toPlainString());
    }
    return text.toString();
  }

  private static String describe(List<PriceShape.Tier> tiers) {
    StringBuilder text = new StringBuilder("[");
    for (PriceShape.Tier tier : tiers) {
      text.append(text.length() == 1 ? "" : ", ")
          .append(tier.upTo() == null ? "beyond" : "to " + tier.upTo().toPlainString())
          .append(' ')
          .append(tier.price().toPlainString());
      if (tier.flat().signum() > 0) {
        text.append(" and ").append(tier.flat().toPlainString());
      }
    }
    return text.append(']').toString();
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

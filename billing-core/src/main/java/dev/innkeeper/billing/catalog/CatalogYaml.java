package dev.innkeeper.billing.catalog;

import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.InvalidInput.Violation;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads a catalog as YAML. Every fault is named by field and line, all of them at once. */
final class CatalogYaml {
  private final List<Violation> faults = new ArrayList<>();
  private final CatalogRules.Locations locations = new CatalogRules.Locations();

  private CatalogYaml() {}

  /**
   * @throws InvalidInput naming every fault
   */
  static CatalogDefinition read(String yaml) {
    return new CatalogYaml().catalog(YamlTree.read(yaml));
  }

  private CatalogDefinition catalog(YamlTree.Node node) {
    YamlFields root = YamlFields.of(faults, "", node);
    List<Meter> meters = new ArrayList<>();
    for (YamlFields fields : root.list("meters")) {
      meters.add(meter(fields));
    }
    List<CatalogDefinition.Offer> offers = new ArrayList<>();
    for (YamlFields fields : root.list("products")) {
      offers.add(offer(fields));
    }
    root.refuseOthers();
    CatalogDefinition definition = new CatalogDefinition(meters, offers);
    if (faults.isEmpty()) {
      faults.addAll(CatalogRules.check(definition, locations));
    }
    if (!faults.isEmpty()) {
      throw new InvalidInput(faults);
    }
    return definition;
  }

  private Meter meter(YamlFields fields) {
    note(fields, "code", "unit", "kind", "aggregation");
    Meter meter =
        new Meter(
            fields.requiredText("code"),
            fields.requiredText("unit"),
            fields.word("kind", words(Meter.Kind.values()), Meter.Kind.COUNTER),
            fields.word("aggregation", words(Meter.Aggregation.values()), Meter.Aggregation.SUM));
    fields.refuseOthers();
    return meter;
  }

  private CatalogDefinition.Offer offer(YamlFields fields) {
    note(fields, "code", "name", "options", "prices", "template");
    String code = fields.requiredText("code");
    String name = fields.text("name");
    Product product =
        new Product(
            code,
            name == null ? code : name,
            fields.word("billing", words(BillingMode.values()), BillingMode.IN_ARREARS),
            fields.text("provisioner"),
            fields.texts("template"),
            fields.textLists("options"),
            fields.word("retired", Map.of("true", true, "false", false), false));
    List<CatalogDefinition.Price> prices = new ArrayList<>();
    for (YamlFields price : fields.list("prices")) {
      prices.add(price(price));
    }
    fields.refuseOthers();
    return new CatalogDefinition.Offer(product, prices);
  }

  private CatalogDefinition.Price price(YamlFields fields) {
    note(fields, "for", "currency", "effective", "notice", "trial", "month", "components");
    Map<String, String> when = fields.texts("for");
    Currency currency = currency(fields);
    Instant effective = fields.instant("effective");
    List<PriceComponent> components = new ArrayList<>();
    for (YamlFields component : fields.list("components")) {
      components.add(component(component));
    }
    CatalogDefinition.Price price =
        new CatalogDefinition.Price(
            when,
            currency,
            effective,
            fields.word("raise", words(RaisePolicy.values()), RaisePolicy.KEEP),
            fields.duration("notice"),
            fields.duration("trial"),
            month(fields),
            components);
    fields.refuseOthers();
    return price;
  }

  private Currency currency(YamlFields fields) {
    String code = fields.requiredText("currency");
    try {
      return code.isEmpty() ? Currency.EUR : Currency.of(code);
    } catch (InvalidInput e) {
      fields.fault("currency", e.violations().get(0).message());
      return Currency.EUR;
    }
  }

  private MonthLength month(YamlFields fields) {
    String text = fields.text("month");
    if (text == null || text.equals("calendar")) {
      return MonthLength.CALENDAR;
    }
    if (!text.matches("[1-9][0-9]{0,3}h")) {
      fields.fault("month", "must be 'calendar' or hours such as 672h");
      return MonthLength.CALENDAR;
    }
    return new MonthLength(Integer.parseInt(text.substring(0, text.length() - 1)));
  }

  private PriceComponent component(YamlFields fields) {
    note(
        fields,
        "code",
        "name",
        "per",
        "meter",
        "price",
        "included",
        "minimum",
        "maximum",
        "monthlyCap");
    String code = fields.requiredText("code");
    String name = fields.text("name");
    PriceComponent.Per per =
        fields.word("per", words(PriceComponent.Per.values()), PriceComponent.Per.MONTH);
    if (!fields.has("per")) {
      fields.fault("per", "is missing: once, hour, month or unit");
    }
    BigDecimal included = fields.decimal("included");
    BigDecimal maximum = fields.decimal("maximum");
    BigDecimal cap = fields.decimal("monthlyCap");
    if (maximum != null && cap != null) {
      fields.fault("monthlyCap", "is the same as maximum: give one of them");
    }
    PriceComponent component =
        new PriceComponent(
            code,
            name == null ? code : name,
            per,
            fields.text("meter"),
            shape(fields),
            included == null ? BigDecimal.ZERO : included,
            fields.decimal("minimum"),
            maximum == null ? cap : maximum);
    fields.refuseOthers();
    return component;
  }

  private PriceShape shape(YamlFields fields) {
    Map<String, Function<String, PriceShape>> shapes = new TreeMap<>();
    shapes.put("price", f -> new PriceShape.PerUnit(number(fields, f)));
    shapes.put("flat", f -> new PriceShape.Flat(number(fields, f)));
    shapes.put("graduated", f -> new PriceShape.Graduated(tiers(fields, f)));
    shapes.put("volume", f -> new PriceShape.Volume(tiers(fields, f)));
    shapes.put("package", f -> packageOf(fields, f));
    PriceShape shape = null;
    for (Map.Entry<String, Function<String, PriceShape>> entry : shapes.entrySet()) {
      if (fields.has(entry.getKey())) {
        if (shape != null) {
          fields.fault(entry.getKey(), "a component has one shape only");
        }
        shape = entry.getValue().apply(entry.getKey());
      }
    }
    if (shape == null) {
      fields.fault("price", "is missing: one of " + String.join(", ", shapes.keySet()));
      return new PriceShape.Flat(BigDecimal.ZERO);
    }
    return shape;
  }

  private PriceShape packageOf(YamlFields fields, String field) {
    YamlFields below = fields.below(field);
    if (below == null) {
      return new PriceShape.Flat(BigDecimal.ZERO);
    }
    note(below, "size", "price");
    PriceShape shape = new PriceShape.PackageOf(number(below, "size"), number(below, "price"));
    below.refuseOthers();
    return shape;
  }

  private List<PriceShape.Tier> tiers(YamlFields fields, String field) {
    List<PriceShape.Tier> tiers = new ArrayList<>();
    for (YamlFields tier : fields.list(field)) {
      note(tier, "upTo", "price", "flat");
      BigDecimal price = tier.decimal("price");
      BigDecimal flat = tier.decimal("flat");
      if (price == null && flat == null && !tier.has("price") && !tier.has("flat")) {
        tier.fault("price", "is missing: a step has a price, a flat sum or both");
      }
      tiers.add(
          new PriceShape.Tier(
              tier.decimal("upTo"),
              price == null ? BigDecimal.ZERO : price,
              flat == null ? BigDecimal.ZERO : flat));
      tier.refuseOthers();
    }
    return tiers;
  }

  private BigDecimal number(YamlFields fields, String field) {
    BigDecimal value = fields.decimal(field);
    if (value == null) {
      if (!fields.has(field)) {
        fields.fault(field, "is missing");
      }
      return BigDecimal.ONE;
    }
    return value;
  }

  /** Remembers the lines of fields for the rules that are checked once the whole is known. */
  private void note(YamlFields fields, String... names) {
    for (String name : names) {
      locations.put(fields.path(name), fields.lineOf(name));
    }
  }

  /** {@code IN_ADVANCE} is written {@code in-advance}. */
  private static <E extends Enum<E>> Map<String, E> words(E[] values) {
    Map<String, E> words = new TreeMap<>();
    for (E value : values) {
      words.put(value.name().toLowerCase(Locale.ROOT).replace('_', '-'), value);
    }
    return words;
  }

  /** Where a field stands, for messages. */
  static String at(@Nullable Integer line) {
    return line == null ? "" : "line " + line + ": ";
  }
}

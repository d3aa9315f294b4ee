package dev.innkeeper.server.config;

import dev.innkeeper.billing.invoice.tax.PriceBasis;
import dev.innkeeper.billing.invoice.tax.TaxPolicy;
import dev.innkeeper.billing.invoice.tax.TaxRate;
import dev.innkeeper.billing.invoice.tax.TaxSubject;
import dev.innkeeper.billing.invoice.tax.TaxTable;
import dev.innkeeper.billing.problem.InvalidInput;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * Reads and checks the rates of tax that {@code tax.file} names. The first fault is refused with
 * the file, its line, the field and what would be right. Not thread-safe.
 */
final class TaxFile {
  private static final Set<String> COUNTRIES = Set.of(Locale.getISOCountries());
  private static final Set<String> ROOT_FIELDS = Set.of("prices", "crossBorder", "rates");
  private static final Set<String> RATE_FIELDS = Set.of("country", "class", "from", "percent");

  private final Path file;

  /** The line of each field, by its path. */
  private final Map<String, Integer> lines = new HashMap<>();

  private TaxFile(Path file) {
    this.file = file;
  }

  /**
   * @param sellerCountry ISO 3166-1 alpha-2, upper case
   * @throws ConfigProblem for the first fault
   */
  static TaxPolicy read(Path file, String sellerCountry) {
    return new TaxFile(file).table(sellerCountry);
  }

  private TaxPolicy table(String sellerCountry) {
    Map<String, Node> root = fields("", Yamls.read(file), ROOT_FIELDS);
    PriceBasis prices = word(root, "prices", "net", "gross") ? PriceBasis.NET : PriceBasis.GROSS;
    TaxTable.CrossBorder crossBorder =
        word(root, "crossBorder", "origin", "destination")
            ? TaxTable.CrossBorder.ORIGIN
            : TaxTable.CrossBorder.DESTINATION;
    List<TaxRate> rates = rates(root.get("rates"));
    try {
      return new TaxTable(sellerCountry, prices, crossBorder, rates);
    } catch (InvalidInput e) {
      throw fault(e.field(), e.violations().get(0).message());
    }
  }

  private List<TaxRate> rates(@Nullable Node node) {
    if (!(node instanceof SequenceNode list) || list.getValue().isEmpty()) {
      throw fault(
          "rates", "must be a list, such as - {country: DE, from: 2007-01-01, percent: 19}");
    }
    List<TaxRate> rates = new ArrayList<>();
    for (Node each : list.getValue()) {
      String place = "rates[" + rates.size() + "]";
      Map<String, Node> fields = fields(place, each, RATE_FIELDS);
      String country = text(fields, place, "country", "a country's two letters, such as DE");
      if (!COUNTRIES.contains(country)) {
        throw fault(
            place + ".country", "'" + country + "' must be a country's two letters, such as DE");
      }
      rates.add(
          new TaxRate(
              country, taxClass(fields, place), day(fields, place), percent(fields, place)));
    }
    return rates;
  }

  private String taxClass(Map<String, Node> fields, String place) {
    if (!fields.containsKey("class")) {
      return TaxSubject.STANDARD_CLASS;
    }
    String taxClass = text(fields, place, "class", "a word such as reduced");
    if (!taxClass.matches("[a-z0-9-]{1,40}")) {
      throw fault(place + ".class", "'" + taxClass + "' must be a word such as reduced");
    }
    return taxClass;
  }

  private LocalDate day(Map<String, Node> fields, String place) {
    String text = text(fields, place, "from", "the first day of the rate, such as 2007-01-01");
    try {
      return LocalDate.parse(text);
    } catch (DateTimeParseException e) {
      throw fault(place + ".from", "'" + text + "' must be a day such as 2007-01-01");
    }
  }

  private BigDecimal percent(Map<String, Node> fields, String place) {
    String text = text(fields, place, "percent", "a number from 0 to 100, such as 19");
    if (!text.matches("[0-9]{1,3}(\\.[0-9]{1,4})?")) {
      throw fault(place + ".percent", "'" + text + "' must be a number from 0 to 100, such as 19");
    }
    return new BigDecimal(text);
  }

  /** The fields of a mapping; only those that are known. */
  private Map<String, Node> fields(String place, @Nullable Node node, Set<String> known) {
    if (node != null) {
      lines.put(place, line(node));
    }
    if (!(node instanceof MappingNode mapping)) {
      throw fault(place, "must have the fields " + sorted(known));
    }
    Map<String, Node> fields = new HashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      String name = tuple.getKeyNode() instanceof ScalarNode key ? key.getValue() : "?";
      String path = place.isEmpty() ? name : place + "." + name;
      lines.put(path, line(tuple.getKeyNode()));
      if (!known.contains(name)) {
        throw fault(path, "there is no such field; the fields are " + sorted(known));
      }
      if (fields.put(name, tuple.getValueNode()) != null) {
        throw fault(path, "is there twice; keep one");
      }
    }
    return fields;
  }

  private static String sorted(Set<String> words) {
    return String.join(", ", words.stream().sorted().toList());
  }

  /** Whether a word is the first of the two, which it is unless set. */
  private boolean word(Map<String, Node> fields, String field, String first, String second) {
    if (!fields.containsKey(field)) {
      return true;
    }
    String expected = first + " or " + second;
    String text = text(fields, "", field, expected);
    if (!text.equals(first) && !text.equals(second)) {
      throw fault(field, "'" + text + "' must be " + expected);
    }
    return text.equals(first);
  }

  private String text(Map<String, Node> fields, String place, String field, String expected) {
    String path = place.isEmpty() ? field : place + "." + field;
    Node node = fields.get(field);
    if (node == null) {
      throw fault(place, field + " is missing: give " + expected);
    }
    if (!(node instanceof ScalarNode scalar)) {
      throw fault(path, "must be " + expected);
    }
    return scalar.getValue();
  }

  private static int line(Node node) {
    return node.getStartMark().getLine() + 1;
  }

  private ConfigProblem fault(String path, String what) {
    return new ConfigProblem(
        file
            + ", line "
            + lines.getOrDefault(path, 1)
            + ": "
            + (path.isEmpty() ? "" : path + ": ")
            + what);
  }
}

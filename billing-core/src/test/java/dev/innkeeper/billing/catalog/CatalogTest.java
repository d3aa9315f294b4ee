package dev.innkeeper.billing.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotFound;
import dev.innkeeper.billing.testing.MutableClock;
import dev.innkeeper.billing.testing.TestDatabase;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CatalogTest {
  private static final ObjectMapper JSON = BillingJson.mapper();

  private final MutableClock clock = MutableClock.at("2026-03-10T00:00:00Z");
  private final Database db = TestDatabase.create();
  private final Catalog catalog = catalog();

  private Catalog catalog() {
    return new Catalog(db, JSON, new Ids(clock, new Random(7)), clock);
  }

  private static String priced(String lines) {
    return """
        products:
          - code: vm
            options: {size: [small, large]}
            prices:
        """
        + lines.indent(6);
  }

  private void assertFaults(String yaml, String... faults) {
    assertThatThrownBy(() -> catalog.plan(yaml))
        .isInstanceOfSatisfying(
            InvalidInput.class,
            e ->
                assertThat(e.violations())
                    .extracting(v -> v.field() + " " + v.message())
                    .hasSameSizeAs(faults)
                    .satisfies(
                        found -> {
                          for (int i = 0; i < faults.length; i++) {
                            assertThat(found.get(i)).startsWith(faults[i]);
                          }
                        }));
    assertThat(catalog.products()).isEmpty();
  }

  @Test
  void thePriceListOfTheDocumentationCanBePutInForce() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "price-list.md"));
    String begin = "```yaml\n";
    int from = page.indexOf(begin) + begin.length();
    CatalogDiff applied = catalog.apply(page.substring(from, page.indexOf("```", from)), "ada");
    assertThat(applied.changes()).isNotEmpty();
    assertThat(catalog.products()).extracting(Product::code).containsExactly("forge", "vm");
    assertThat(catalog.versions("forge"))
        .extracting(PriceVersion::noticeAt)
        .contains(Instant.parse("2027-05-02T00:00:00Z"));
  }

  @Test
  void aPlanShowsWhatAnApplyDoesAndASecondApplyDoesNothing() {
    CatalogDiff plan = catalog.plan(SampleCatalog.yaml());
    assertThat(plan.toString())
        .contains("+ meter traffic: counter, sum, in GB")
        .contains("+ price site address=no,size=small EUR: from 2026-01-01T00:00:00Z:")
        .contains("compute 0.00694 per hour, at most 4.99");
    assertThat(catalog.products()).isEmpty();
    assertThat(catalog.apply(SampleCatalog.yaml(), "ada")).isEqualTo(plan);
    assertThat(catalog.apply(SampleCatalog.yaml(), "ada").isEmpty()).isTrue();
    assertThat(catalog.history(100))
        .hasSameSizeAs(plan.changes())
        .allSatisfy(
            e -> {
              assertThat(e.actor()).isEqualTo("ada");
              assertThat(e.changedAt()).isEqualTo("2026-03-10T00:00:00Z");
            });
    // Another node has its own memory, and reads the same.
    assertThat(catalog().products()).isEqualTo(catalog.products());
  }

  @Test
  void aScheduledRaiseHoldsFromItsInstantAndThePriceBeforeNeverChanges() {
    catalog.apply(SampleCatalog.yaml(), "ada");
    String raise =
        """
        products:
          - code: forge
            name: Forge
            billing: in-advance
            provisioner: forge
            prices:
              - currency: EUR
                effective: 2026-05-01T00:00:00Z
                raise: move-at-renewal
                notice: P30D
                components:
                  - {code: base, name: Base, per: month, price: 14.00}
        """;
    CatalogDiff plan = catalog.apply(raise, "ada");
    assertThat(plan.toString())
        .contains("before: base 12 per month")
        .contains("! price forge EUR: running subscriptions move with their first period from");
    assertThat(price("2026-04-30T23:59:59Z")).isEqualByComparingTo("12");
    assertThat(price("2026-05-01T00:00:00Z")).isEqualByComparingTo("14");
    assertThatThrownBy(() -> catalog.plan(raise.replace("14.00", "15.00")))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("never changes");
    assertThatThrownBy(
            () -> catalog.plan(raise.replace("14.00", "15.00").replace("2026-05-01", "2026-02-01")))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("lies in the past");
    // The same price with other digits is the same price.
    assertThat(catalog.plan(raise.replace("14.00", "14")).isEmpty()).isTrue();
  }

  private BigDecimal price(String at) {
    return catalog
        .priceFor("forge", Map.of(), Currency.EUR, Instant.parse(at))
        .components()
        .get(0)
        .rate(1);
  }

  @Test
  void everyFaultIsNamedByFieldAndLine() {
    assertFaults(
        priced(
            """
            - for: {size: huge}
              currency: EUX
              efective: 2026-01-01T00:00:00Z
              trial: two weeks
              components:
                - {code: a, per: hour, price: 1e30}
                - {code: b, per: fortnight, price: NaN}
            """),
        "products[0].prices[0].currency line 6: 'EUX' is not a known currency",
        "products[0].prices[0].components[0].price line 10: '1e30' is not a plain number",
        "products[0].prices[0].components[1].per line 11: 'fortnight' must be one of",
        "products[0].prices[0].components[1].price line 11: 'NaN' is not a plain number",
        "products[0].prices[0].trial line 8: 'two weeks' is not a duration",
        "products[0].prices[0].efective line 7: unknown field");
  }

  @Test
  void contradictoryAndOverlappingPricesAreRefused() {
    String price = "{code: a, per: hour, price: 1}";
    assertFaults(
        priced(
            "- {for: {size: small}, currency: EUR, effective: 2026-01-01T00:00:00Z, components: ["
                + price
                + "]}\n- {for: {size: small}, currency: EUR, effective: 2026-01-01T00:00:00Z,"
                + " components: ["
                + price
                + "]}\n- {currency: EUR, components: ["
                + price
                + "]}\n- {for: {size: tiny}, currency: USD, components: []}"),
        "products[0].prices[1].effective line 6: two versions",
        "products[0].prices[2].for line 7: some options match both",
        "products[0].prices[3].for line 8: the product has no option size=tiny",
        "products[0].prices[3].components line 8: a price has at least one component");
  }

  @Test
  void aComponentThatMakesNoSenseIsRefused() {
    assertFaults(
        priced(
            """
            - currency: EUR
              components:
                - {code: a, per: unit, price: 1}
                - {code: b, per: hour, price: 0.0000000000001}
                - {code: c, per: month, price: 1, minimum: 5, maximum: 2}
                - {code: c, per: month, price: -1}
                - code: d
                  per: month
                  graduated: [{upTo: 10, price: 1}, {upTo: 5, price: 1}, {price: 0}]
                - code: e
                  per: month
                  volume: [{upTo: 10, price: 1}]
                - {code: f, per: month, package: {size: 0, price: 1}}
            """),
        "products[0].prices[0].components[0].meter line 7: is missing",
        "products[0].prices[0].components[1].price line 8: has more than 12 decimals",
        "products[0].prices[0].components[2].minimum line 9: is more than the maximum",
        "products[0].prices[0].components[3].code line 10: 'c' stands twice",
        "products[0].prices[0].components[3].price line 10: must be 0 to",
        "products[0].prices[0].components[4].graduated[1].upTo line 13: must be more than",
        "products[0].prices[0].components[5].volume[0].upTo line 16: the last step has no end",
        "products[0].prices[0].components[6].package.size line 17: must be");
    assertThatThrownBy(
            () ->
                catalog.plan(
                    priced(
                        "- {currency: EUR, components: [{code: a, per: unit, meter: fuel, price:"
                            + " 1}]}")))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("there is no meter 'fuel'");
  }

  @Test
  void whatIsNoYamlIsRefusedWithItsLine() {
    assertFaults("products: [\n  {code: a", "catalog line");
    assertFaults("products:\n  - code: a\n    code: b\n", "code line 3: stands twice");
    assertFaults("", "catalog line 1: the text is empty");
    assertFaults("- a\n", "catalog line 1: must be a mapping");
    assertFaults("[".repeat(100_000), "catalog line 1");
  }

  @Test
  void aProgramsDefinitionKeepsTheSameRules() {
    CatalogDefinition definition =
        new CatalogDefinition(
            List.of(),
            List.of(
                new CatalogDefinition.Offer(
                    new Product(
                        "Bad Code", "x", BillingMode.IN_ARREARS, null, Map.of(), Map.of(), false),
                    List.of())));
    assertThatThrownBy(() -> catalog.apply(definition, "ada"))
        .isInstanceOfSatisfying(
            InvalidInput.class, e -> assertThat(e.field()).isEqualTo("products[0].code"));
  }

  @Test
  void aQuoteTellsTheHourTheMonthAndADuration() {
    catalog.apply(SampleCatalog.yaml(), "ada");
    QuoteRequest site = QuoteRequest.of("site", Map.of("size", "small"), Currency.EUR);
    Quote quote = catalog.quote(site.withDuration(Duration.ofHours(100)));
    assertThat(quote.hourly()).isEqualByComparingTo("0.00694");
    assertThat(quote.monthly().toPlainString()).isEqualTo("4.99");
    assertThat(quote.total()).hasToString("0.69 EUR");
    assertThat(quote.lines())
        .extracting(Quote.Line::explanation)
        .containsExactly("730 h × 0.00694 EUR, at most 4.99 EUR");
    Quote store =
        catalog.quote(
            QuoteRequest.of("store", Map.of(), Currency.EUR)
                .withUsage("traffic", new BigDecimal("600")));
    assertThat(store.monthly().toPlainString()).isEqualTo("8.00");
    Quote forge = catalog.quote(QuoteRequest.of("forge", Map.of(), Currency.EUR));
    assertThat(forge.setup().toPlainString()).isEqualTo("5.00");
    assertThatThrownBy(() -> catalog.quote(site.withQuantity(0))).isInstanceOf(InvalidInput.class);
    assertThatThrownBy(() -> catalog.quote(site.withUsage("fuel", BigDecimal.ONE)))
        .isInstanceOf(InvalidInput.class);
    assertThatThrownBy(() -> catalog.quote(QuoteRequest.of("nothing", Map.of(), Currency.EUR)))
        .isInstanceOf(NotFound.class);
  }
}

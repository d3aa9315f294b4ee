package dev.innkeeper.billing.event;

import static dev.innkeeper.billing.payment.PaymentFixture.FAILS_WHEN_CHARGED;
import static dev.innkeeper.billing.payment.PaymentFixture.GOOD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import dev.innkeeper.billing.catalog.SampleCatalog;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.PaymentFixture;
import dev.innkeeper.billing.subscription.NewSubscription;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Schemas and documentation are made from the events' records and checked in. With {@code
 * -Dinnkeeper.events=write} this test writes them anew instead of comparing; it refuses to take
 * away or change what is there.
 */
class EventSchemaTest {
  private static final Path FOLDER =
      Path.of("src/main/resources/dev/innkeeper/billing/event/schema");
  private static final Path PAGE = Path.of("..", "docs", "events.md");
  private static final String BEGIN = "<!-- made from the events' records -->";
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  @Test
  @EnabledIfSystemProperty(named = "innkeeper.events", matches = "write")
  void writesThemAnew() throws IOException {
    Files.createDirectories(FOLDER);
    for (Map.Entry<String, ObjectNode> schema : schemas().entrySet()) {
      Path file = FOLDER.resolve(schema.getKey() + ".json");
      if (Files.exists(file)) {
        requireAdditive(schema.getKey(), JSON.readTree(Files.readString(file)), schema.getValue());
      }
      Files.writeString(file, text(schema.getValue()));
    }
    Files.writeString(FOLDER.resolve("types.txt"), String.join("\n", schemas().keySet()) + "\n");
    String page = Files.readString(PAGE);
    Files.writeString(PAGE, page.substring(0, page.indexOf(BEGIN)) + BEGIN + "\n" + made());
  }

  private static Map<String, ObjectNode> schemas() {
    Map<String, ObjectNode> result = new TreeMap<>();
    EventRecords.all()
        .forEach(
            (type, event) ->
                result.put(type, SchemaOfRecord.of(type, event, EventRecords.words(event))));
    return result;
  }

  private static String text(JsonNode node) throws IOException {
    return JSON.writeValueAsString(node).replace("\r", "") + "\n";
  }

  /** A receiver that works with the old schema has to work with the new one. */
  private static void requireAdditive(String type, JsonNode old, JsonNode fresh) {
    for (Map.Entry<String, JsonNode> property : old.path("properties").properties()) {
      JsonNode now = fresh.path("properties").path(property.getKey());
      if (!shape(now).equals(shape(property.getValue()))) {
        throw new AssertionError(
            type
                + "."
                + property.getKey()
                + " was taken away or changed; receivers rely on it: add a field or an event"
                + " instead");
      }
    }
  }

  private static JsonNode shape(JsonNode property) {
    JsonNode copy = property.deepCopy();
    if (copy instanceof ObjectNode object) {
      object.remove("description");
    }
    return copy;
  }

  @Test
  void everyEventHasItsSchemaAndNoSchemaIsWithoutAnEvent() throws IOException {
    Map<String, ObjectNode> schemas = schemas();
    for (Map.Entry<String, ObjectNode> schema : schemas.entrySet()) {
      Path file = FOLDER.resolve(schema.getKey() + ".json");
      assertThat(file).as("run ./innkeeper events to make it").exists();
      assertThat(Files.readString(file).replace("\r", ""))
          .as(schema.getKey() + ": run ./innkeeper events")
          .isEqualTo(text(schema.getValue()));
    }
    assertThat(EventSchemas.load().types()).containsExactlyElementsOf(schemas.keySet());
    try (var files = Files.list(FOLDER)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .hasSize(schemas.size() + 1)
          .contains("types.txt");
    }
    assertThat(EventSchemas.load().schema("no.such")).isEmpty();
  }

  @Test
  void theOnesThatWerePromisedAreThere() {
    assertThat(EventSchemas.load().types())
        .contains(
            "account.expiring",
            "account.expired",
            "coupon.redeemed",
            "voucher.redeemed",
            "payment.succeeded",
            "payment.failed",
            "grace.started",
            "grace.ending",
            "grace.ended",
            "subscription.suspended",
            "subscription.resumed",
            "subscription.terminated",
            "wallet.low",
            "price.changed",
            "invoice.issued",
            "invoice.paid",
            "invoice.voided");
  }

  @Test
  void thePageTellsOfEveryEvent() throws IOException {
    String page = Files.readString(PAGE).replace("\r", "");
    assertThat(page.substring(page.indexOf(BEGIN) + BEGIN.length() + 1))
        .as("run ./innkeeper events")
        .isEqualTo(made());
  }

  private static String made() {
    StringBuilder text = new StringBuilder();
    schemas()
        .forEach(
            (type, schema) -> {
              text.append("\n## `").append(type).append("`\n\n");
              text.append(schema.path("description").asText()).append("\n\n");
              text.append("| field | type | what |\n|---|---|---|\n");
              schema
                  .path("properties")
                  .properties()
                  .forEach(
                      field ->
                          text.append("| `")
                              .append(field.getKey())
                              .append("` | ")
                              .append(typeInWords(field.getValue()))
                              .append(" | ")
                              .append(field.getValue().path("description").asText())
                              .append(" |\n"));
            });
    return text.toString();
  }

  private static String typeInWords(JsonNode property) {
    JsonNode type = property.path("type");
    String name = type.isArray() ? type.get(0).asText() : type.asText();
    String nullable = type.isArray() ? " or null" : "";
    String format = property.path("format").asText();
    if (property.path("properties").has("currency")) {
      return "amount" + nullable;
    }
    if (name.equals("array")) {
      return "list of " + typeInWords(property.path("items"));
    }
    if (name.equals("object") && property.has("additionalProperties")) {
      return "texts by name";
    }
    return switch (format) {
          case "uuid" -> "id";
          case "date-time" -> "instant";
          case "date" -> "date";
          default -> name.equals("string") ? "text" : name;
        }
        + nullable;
  }

  @Test
  void whatAnEventIsWrittenAsFitsItsSchemaWithAndWithoutItsOptionalParts() throws Exception {
    Set<String> wrong = new TreeSet<>();
    Validator validator = new Validator();
    for (Map.Entry<String, Class<? extends BillingEvent>> event : EventRecords.all().entrySet()) {
      for (boolean bare : new boolean[] {false, true}) {
        Object sample = Samples.of(event.getValue(), bare);
        String data = BillingJson.write(BillingJson.mapper(), sample);
        wrong.addAll(validator.faults(event.getKey(), data));
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void whatAWholeStoryEmitsFitsItsSchemas() throws Exception {
    PaymentFixture f = new PaymentFixture();
    f.engine.catalog().apply(SampleCatalog.yaml(), "tester");
    UUID ada = f.customer();
    UUID store =
        f.engine.subscriptions().start(NewSubscription.of(ada, "store", Currency.EUR), "s").id();
    f.card(ada, FAILS_WHEN_CHARGED);
    f.invoice(ada, "40.00", store);
    f.engine.settlement().settle(ada);
    UUID ben = f.customer();
    UUID bens =
        f.engine.subscriptions().start(NewSubscription.of(ben, "store", Currency.EUR), "t").id();
    f.invoice(ben, "40.00", bens);
    f.engine.settlement().settle(ben);
    f.days(30);
    f.voucher(ada, "5.00");
    f.card(ada, GOOD);
    UUID cleo = f.customer();
    f.card(cleo, GOOD);
    f.topUp(cleo, "20.00");
    f.days(76);

    Set<String> wrong = new TreeSet<>();
    Set<String> seen = new TreeSet<>();
    Validator validator = new Validator();
    List<StoredEvent> all = new ArrayList<>(f.engine.events().of(ada, 0, 500));
    all.addAll(f.engine.events().of(ben, 0, 500));
    all.addAll(f.engine.events().of(cleo, 0, 500));
    for (StoredEvent event : all) {
      seen.add(event.type());
      wrong.addAll(validator.faults(event.type(), event.data()));
    }
    assertThat(wrong).isEmpty();
    assertThat(seen)
        .contains(
            "account.expired",
            "account.expiring",
            "customer.registered",
            "grace.ended",
            "grace.ending",
            "grace.reminder",
            "grace.started",
            "invoice.paid",
            "payment-method.added",
            "payment.failed",
            "payment.succeeded",
            "subscription.resumed",
            "subscription.started",
            "subscription.suspended",
            "subscription.terminated",
            "voucher.redeemed",
            "wallet.topped-up");
  }

  @Test
  void theValidatorSeesWhatDoesNotFit() throws Exception {
    Validator validator = new Validator();
    Class<?> registered = EventRecords.all().get("customer.registered");
    String good = BillingJson.write(BillingJson.mapper(), Samples.of(registered, false));
    assertThat(validator.faults("customer.registered", good)).isEmpty();
    assertThat(validator.faults("customer.registered", good.replace("\"name\":", "\"nam\":")))
        .isNotEmpty();
    assertThat(
            validator.faults(
                "customer.registered",
                good.replaceAll("customerId\":\"[^\"]+", "customerId\":\"x")))
        .isNotEmpty();
  }

  @Test
  void aFieldTakenAwayOrChangedIsNoticed() {
    ObjectNode old = schemas().get("invoice.paid");
    ObjectNode fresh = old.deepCopy();
    ((ObjectNode) fresh.get("properties")).remove("number");
    assertThatThrownBy(() -> requireAdditive("invoice.paid", old, fresh))
        .hasMessageContaining("invoice.paid.number");
    ObjectNode more = old.deepCopy();
    ((ObjectNode) more.get("properties")).putObject("more").put("type", "string");
    requireAdditive("invoice.paid", old, more);
    assertThatThrownBy(() -> requireAdditive("invoice.paid", more, old))
        .hasMessageContaining("invoice.paid.more");
  }

  /** Checks data against the schemas that are shipped. */
  private static final class Validator {
    private final JsonSchemaFactory factory =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
    private final EventSchemas schemas = EventSchemas.load();
    private final Map<String, JsonSchema> compiled = new HashMap<>();

    List<String> faults(String type, String data) throws IOException {
      SchemaValidatorsConfig config =
          SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build();
      JsonSchema schema =
          compiled.computeIfAbsent(
              type,
              t ->
                  factory.getSchema(
                      schemas.schema(t).orElseThrow(() -> new AssertionError("no schema for " + t)),
                      config));
      Set<ValidationMessage> messages = schema.validate(JSON.readTree(data));
      return messages.stream().map(message -> type + ": " + message.getMessage()).toList();
    }
  }
}

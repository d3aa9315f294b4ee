package dev.innkeeper.billing.event;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.innkeeper.billing.event.EventRecords.Words;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Describes a record, as the engine writes it, in JSON Schema 2020-12. */
final class SchemaOfRecord {
  /** What is said of a component that its record does not speak of. */
  private static final Map<String, String> USUAL =
      Map.ofEntries(
          Map.entry("customerId", "The customer it happened to."),
          Map.entry("invoiceId", "The invoice."),
          Map.entry("invoiceIds", "The invoices it is about."),
          Map.entry("paymentId", "The payment."),
          Map.entry("refundId", "The refund."),
          Map.entry("methodId", "The card on file."),
          Map.entry("method", "The card in words for people, such as Visa …4242."),
          Map.entry("subscriptionId", "The subscription."),
          Map.entry("subscriptionIds", "The subscriptions it is about."),
          Map.entry("productCode", "The product's code in the catalog."),
          Map.entry("options", "What was chosen of the product, by name."),
          Map.entry("amount", "How much."),
          Map.entry("total", "What the invoice comes to, with tax."),
          Map.entry("name", "The customer's name."),
          Map.entry("email", "The customer's address."),
          Map.entry("code", "A stable word for the reason, or what was redeemed."),
          Map.entry("message", "What happened, for people."),
          Map.entry("reason", "Why, for people."),
          Map.entry("kind", "What kind of invoice it is."),
          Map.entry("dueAt", "Until when it is to be paid."),
          Map.entry("expiresAt", "Until when it can be used; null for ever."),
          Map.entry("untilAt", "Until when it counts; null for ever."),
          Map.entry("depletedAt", "When it ran out."),
          Map.entry("writtenOff", "What is not collected any more."),
          Map.entry("creditNoteId", "The credit note."),
          Map.entry("creditNoteNumber", "The credit note's number."),
          Map.entry("actionUrl", "Where the customer goes on."),
          Map.entry("available", "What the wallet holds."),
          Map.entry("threshold", "What it should hold at least."),
          Map.entry("batch", "The name of the vouchers' batch."),
          Map.entry("discount", "What is taken off, in words."),
          Map.entry("policy", "The name of the grace policy."),
          Map.entry("resumedSubscriptionIds", "The subscriptions that run again."),
          Map.entry("at", "When."));

  private static final ObjectMapper JSON = new ObjectMapper();

  private SchemaOfRecord() {}

  static ObjectNode of(String type, Class<?> event, Words words) {
    ObjectNode schema = JSON.createObjectNode();
    schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    schema.put("$id", "urn:innkeeper:event:" + type);
    schema.put("title", type);
    schema.put("description", words.text());
    describe(schema, event, words);
    return schema;
  }

  /** Fields may be added, so unknown ones are allowed: receivers skip what they don't know. */
  private static void describe(ObjectNode schema, Class<?> record, Words words) {
    schema.put("type", "object");
    ObjectNode properties = schema.putObject("properties");
    ArrayNode required = schema.putArray("required");
    for (RecordComponent component : record.getRecordComponents()) {
      String name = component.getName();
      ObjectNode property = properties.putObject(name);
      property.put("description", description(component, words));
      describe(property, component.getGenericType());
      boolean nullable =
          component.getAnnotatedType().isAnnotationPresent(Nullable.class)
              || component
                  .getAccessor()
                  .getAnnotatedReturnType()
                  .isAnnotationPresent(Nullable.class);
      if (nullable) {
        String type = property.path("type").asText();
        property.putArray("type").add(type).add("null");
        if (property.has("enum")) {
          ((ArrayNode) property.get("enum")).addNull();
        }
      }
      required.add(name);
    }
  }

  private static String description(RecordComponent component, Words words) {
    String name = component.getName();
    boolean counted = component.getType() == int.class;
    String text = words.fields().get(name);
    if (text == null) {
      text = USUAL.get(name);
    }
    if (text == null && name.equals("number")) {
      text = counted ? "Counts them from 1." : "The invoice's number.";
    }
    if (text == null) {
      String plain = name.replaceAll("([A-Z])", " $1").toLowerCase(java.util.Locale.ROOT);
      text = "The " + plain.replaceAll(" ids?$", "") + ".";
    }
    return text.substring(0, 1).toUpperCase(java.util.Locale.ROOT)
        + text.substring(1)
        + (text.endsWith(".") ? "" : ".");
  }

  private static void describe(ObjectNode schema, Type type) {
    if (type instanceof ParameterizedType generic) {
      Type last = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
      if (generic.getRawType() == List.class) {
        schema.put("type", "array");
        describe(schema.putObject("items"), last);
      } else if (generic.getRawType() == Map.class) {
        schema.put("type", "object");
        describe(schema.putObject("additionalProperties"), last);
      } else {
        throw new AssertionError("no schema is known for " + type);
      }
      return;
    }
    Class<?> plain = (Class<?>) type;
    if (plain == UUID.class) {
      schema.put("type", "string").put("format", "uuid");
    } else if (plain == String.class) {
      schema.put("type", "string");
    } else if (plain == Instant.class) {
      schema.put("type", "string").put("format", "date-time");
    } else if (plain == LocalDate.class) {
      schema.put("type", "string").put("format", "date");
    } else if (plain == BigDecimal.class) {
      schema.put("type", "string").put("pattern", "^-?[0-9]+(\\.[0-9]+)?$");
    } else if (plain == Currency.class) {
      schema.put("type", "string").put("pattern", "^[A-Z]{3,10}$");
    } else if (plain == int.class
        || plain == long.class
        || plain == Integer.class
        || plain == Long.class) {
      schema.put("type", "integer");
    } else if (plain == boolean.class || plain == Boolean.class) {
      schema.put("type", "boolean");
    } else if (plain == Amount.class) {
      amount(schema);
    } else if (plain.isEnum()) {
      ArrayNode values = schema.put("type", "string").putArray("enum");
      for (Object value : plain.getEnumConstants()) {
        values.add(((Enum<?>) value).name());
      }
    } else if (plain.isRecord()) {
      describe(schema, plain, new Words("", Map.of()));
    } else {
      throw new AssertionError("no schema is known for " + type);
    }
  }

  private static void amount(ObjectNode schema) {
    schema.put("type", "object");
    ObjectNode properties = schema.putObject("properties");
    properties
        .putObject("amount")
        .put("description", "In major units, with the currency's decimals.")
        .put("type", "string")
        .put("pattern", "^-?[0-9]+(\\.[0-9]+)?$");
    properties
        .putObject("currency")
        .put("description", "The currency's code.")
        .put("type", "string");
    schema.putArray("required").add("amount").add("currency");
  }
}

package dev.innkeeper.billing.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import java.io.IOException;
import java.math.BigDecimal;

/**
 * The one JSON mapping of the engine: an {@link Amount} is {@code {"amount":"12.34",
 * "currency":"EUR"}}, a {@link Currency} its code, every decimal number a string, every instant
 * ISO-8601 in UTC. Unknown fields are refused.
 */
public final class BillingJson {
  private BillingJson() {}

  /** A new mapper; thread-safe once made. */
  public static ObjectMapper mapper() {
    SimpleModule money = new SimpleModule("innkeeper-money");
    money.addSerializer(Amount.class, new AmountWriter());
    money.addDeserializer(Amount.class, new AmountReader());
    money.addSerializer(Currency.class, new CurrencyWriter());
    money.addDeserializer(Currency.class, new CurrencyReader());
    money.addSerializer(BigDecimal.class, new DecimalWriter());
    return JsonMapper.builder()
        .addModule(new JavaTimeModule())
        .addModule(money)
        .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
        .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
        .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
        .build();
  }

  private static final class AmountWriter extends JsonSerializer<Amount> {
    @Override
    public void serialize(Amount value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeStartObject();
      out.writeStringField("amount", value.toPlainString());
      out.writeStringField("currency", value.currency().code());
      out.writeEndObject();
    }
  }

  private static final class AmountReader extends JsonDeserializer<Amount> {
    @Override
    public Amount deserialize(JsonParser in, DeserializationContext context) throws IOException {
      JsonNode node = in.readValueAsTree();
      Currency currency = Currency.of(node.path("currency").asText());
      return Amount.parse(node.path("amount").asText(), currency);
    }
  }

  private static final class CurrencyWriter extends JsonSerializer<Currency> {
    @Override
    public void serialize(Currency value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(value.code());
    }
  }

  private static final class CurrencyReader extends JsonDeserializer<Currency> {
    @Override
    public Currency deserialize(JsonParser in, DeserializationContext context) throws IOException {
      return Currency.of(in.getText());
    }
  }

  private static final class DecimalWriter extends JsonSerializer<BigDecimal> {
    @Override
    public void serialize(BigDecimal value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(value.toPlainString());
    }
  }

  /** Writes a value that is known to be writable. */
  public static String write(ObjectMapper mapper, Object value) {
    try {
      return mapper.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("can't write " + value.getClass() + " as JSON", e);
    }
  }

  /** Reads a value that this engine wrote. */
  public static <T> T read(ObjectMapper mapper, String json, Class<T> type) {
    try {
      return mapper.readValue(json, type);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("can't read stored JSON as " + type, e);
    }
  }
}

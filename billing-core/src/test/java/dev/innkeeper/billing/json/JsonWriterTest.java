package dev.innkeeper.billing.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.bytes.ByteWriter;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonWriterTest {
  private static final ObjectMapper MAPPER = BillingJson.mapper();

  @Test
  void everyDocumentIsWhatTheMapperWrites() {
    List<Object> values =
        List.of(
            Amount.parse("12.34", Currency.EUR),
            List.of(),
            Map.of("name", "Åsa 😀 \"quoted\" \n"),
            "text",
            List.of(Amount.parse("0.00", Currency.EUR)),
            "x".repeat(50_000));
    try (JsonWriter writer = new JsonWriter(MAPPER)) {
      for (Object value : values) {
        Json document = writer.write(value);
        String expected = BillingJson.write(MAPPER, value);
        assertThat(document).hasToString(expected);
        assertThat(document.size()).isEqualTo(expected.getBytes(StandardCharsets.UTF_8).length);
        ByteWriter out = new ByteWriter(1);
        document.writeTo(out);
        assertThat(out.toBytes()).isEqualTo(expected.getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  @Test
  void whatCantBeWrittenIsNamed() {
    try (JsonWriter writer = new JsonWriter(MAPPER)) {
      assertThatThrownBy(() -> writer.write(new Object()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("java.lang.Object");
    }
  }
}

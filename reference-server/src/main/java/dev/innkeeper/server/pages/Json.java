package dev.innkeeper.server.pages;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.json.BillingJson;
import java.util.Map;

/** Small objects for the script. */
final class Json {
  private static final ObjectMapper MAPPER = BillingJson.mapper();

  private Json() {}

  static String object(Map<String, ?> values) {
    return BillingJson.write(MAPPER, values);
  }
}

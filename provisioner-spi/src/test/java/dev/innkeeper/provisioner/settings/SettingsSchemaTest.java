package dev.innkeeper.provisioner.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsSchemaTest {
  private static final SettingsSchema SCHEMA =
      SettingsSchema.of(
          Setting.wholeNumber("port", 0, 65_535, "the TCP port").orElse("8090"),
          Setting.url("payUrl", "where customers pay"),
          Setting.text("address", "own or shared").oneOf("own", "shared").orElse("shared"),
          Setting.text("note", "anything").orElse(""));

  @Test
  void fillsInDefaults() {
    Settings settings = SCHEMA.read("", Map.of("payUrl", "https://example.org/pay"));
    assertThat(settings.wholeNumber("port")).isEqualTo(8090);
    assertThat(settings.text("address")).isEqualTo("shared");
    assertThat(settings.optionalText("note")).isEmpty();
  }

  @Test
  void namesEveryFieldAtFaultAndTheWayOut() {
    assertThatThrownBy(
            () -> SCHEMA.read("site.", Map.of("port", "99999", "address", "mine", "prot", "1")))
        .isInstanceOf(InvalidSettings.class)
        .hasMessageContaining("site.port: must be a whole number from 0 to 65535, was '99999'")
        .hasMessageContaining("site.payUrl: is missing: where customers pay")
        .hasMessageContaining("site.address: must be one of own, shared, was 'mine'")
        .hasMessageContaining("site.prot: is not known; known are port, payUrl, address, note");
  }

  @Test
  void refusesUrlsOfOtherSchemes() {
    assertThat(SCHEMA.check("", Map.of("payUrl", "javascript:alert(1)"))).hasSize(1);
    assertThat(SCHEMA.check("", Map.of("payUrl", "not a url"))).hasSize(1);
  }

  @Test
  void doesNotPrintValues() {
    Settings settings = SCHEMA.read("", Map.of("payUrl", "https://user:s3cret@example.org/"));
    assertThat(settings.toString()).doesNotContain("s3cret");
  }
}

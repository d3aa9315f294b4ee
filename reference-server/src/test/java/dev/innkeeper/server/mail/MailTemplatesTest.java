package dev.innkeeper.server.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.server.mail.MailRules.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MailTemplatesTest {
  private static final String EVIL = "Eve\r\nBcc: all@example.org\u0000 <img src=x> {{shop}}";

  @TempDir Path folder;

  private static Map<String, String> values(Rule rule, String value) {
    Map<String, String> values = new HashMap<>();
    MailValues.names(rule).forEach(name -> values.put(name, value));
    return values;
  }

  @ParameterizedTest
  @ValueSource(strings = {"en", "de", "fr"})
  void everyMailIsThereInEveryLanguageWithAndWithoutItsValues(String language) {
    MailTemplates templates = MailTemplates.read(null);
    for (Rule rule : MailRules.all()) {
      MailText full =
          templates.write(language, rule.type(), "a@example.org", values(rule, "VALUE"));
      assertThat(full.subject()).as(rule.type()).isNotBlank().doesNotContain("{{");
      assertThat(full.plain()).as(rule.type()).contains("VALUE").doesNotContain("{{", "\n\n\n");
      assertThat(full.html()).as(rule.type()).contains("<p>", "lang=\"" + language);
      MailText bare = templates.write(language, rule.type(), "a@example.org", Map.of());
      assertThat(bare.plain()).as(rule.type()).doesNotContain("{{", "null");
    }
  }

  @Test
  void aValueCanNeitherAddAHeaderNorMeanAnythingToHtml() {
    MailTemplates templates = MailTemplates.read(null);
    for (Rule rule : MailRules.all()) {
      MailText text = templates.write("en", rule.type(), "a@example.org", values(rule, EVIL));
      assertThat(text.subject()).as(rule.type()).doesNotContainPattern("\\p{Cntrl}");
      assertThat(text.html()).as(rule.type()).doesNotContain("<img");
    }
  }

  @Test
  void onlyALineThatIsAnAddressBecomesALink() {
    assertThat(MailHtml.paragraphs("See\nhttps://example.org/a?b=1&c=2\n\nor https://evil.example"))
        .isEqualTo(
            "<p>See<br>\n<a href=\"https://example.org/a?b=1&amp;c=2\">"
                + "https://example.org/a?b=1&amp;c=2</a></p>\n<p>or https://evil.example</p>\n");
    assertThat(MailHtml.paragraphs("javascript:alert(1)")).doesNotContain("<a");
  }

  @Test
  void anOperatorsSectionTakesThePlaceOfTheBuiltInOneAndTheOthersStay() throws IOException {
    Files.writeString(
        folder.resolve("en.txt"), "[invoice.paid]\nSubject: Ta for {{number}}\n\nBye\n");
    MailTemplates templates = MailTemplates.read(folder);

    assertThat(
            templates.write("en", "invoice.paid", "a@b.org", Map.of("number", "INV-1")).subject())
        .isEqualTo("Ta for INV-1");
    assertThat(templates.write("en", "wallet.low", "a@b.org", Map.of()).plain()).isNotBlank();
  }

  @Test
  void anEnglishSectionWithoutTextSwitchesAMailOff() throws IOException {
    Files.writeString(folder.resolve("en.txt"), "[voucher.expired]\n\n");
    MailTemplates templates = MailTemplates.read(folder);

    assertThat(templates.isOff("voucher.expired")).isTrue();
    assertThat(templates.isOff("invoice.paid")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[invoice.paid]~Subject: x~~Hi {{nmae}}|en.txt:4|there is no 'nmae'",
        "[invoice.paid]~Hello|en.txt:2|must begin with a line 'Subject",
        "[invoice.paid]~Subject: x|en.txt:2|no text below the subject",
        "[invoice.paid]~Subject: x~~{{#if number}}~a|en.txt:4|never closed",
        "[invoice.paid]~Subject: x~~{{number|en.txt:4|never closed",
        "[invoice.paid]~Subject: x~~{{> file}}|en.txt:4|is not possible here",
        "[invoice.payed]~Subject: x~~y|en.txt:1|there is no mail for 'invoice.payed'",
        "Hello|en.txt:1|before the first section"
      })
  void whatIsWrongIsToldByFileAndLine(String text, String place, String message)
      throws IOException {
    Files.writeString(folder.resolve("en.txt"), text.replace('~', '\n'));

    assertThatThrownBy(() -> MailTemplates.read(folder))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining(place)
        .hasMessageContaining(message);
  }

  @Test
  void aNewLanguageNeedsEveryMail() throws IOException {
    Files.writeString(folder.resolve("es.txt"), "[invoice.paid]\nSubject: x\n\ny\n");

    assertThatThrownBy(() -> MailTemplates.read(folder))
        .hasMessageContaining("es.txt")
        .hasMessageContaining("grace.reminder");
  }

  @Test
  void aLayoutWithoutBodyIsRefused() throws IOException {
    Files.writeString(folder.resolve("layout.html"), "<html>\n{{bdoy}}</html>");

    assertThatThrownBy(() -> MailTemplates.read(folder)).hasMessageContaining("layout.html:2");
  }
}

package dev.innkeeper.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.problem.InvalidInput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplatesTest {
  @TempDir Path folder;

  private void file(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @Test
  void anOperatorsTemplateTakesThePlaceOfTheBuiltInOne() throws IOException {
    file(
        "invoice.html",
        "<html><body>{{! mine }}<b>{{number}}</b>{{#each lines}}<i>{{description}}</i>{{/each}}"
            + "{{> foot.html}}</body></html>");
    file("foot.html", "<p>{{word total}}: {{total}}</p>");

    InvoiceDocuments documents = InvoiceDocuments.withTemplates(folder);

    String html =
        documents.html(
            IssuedDocument.of(
                Samples.eur().line("A & B", "1", "piece", "1", Samples.OUTSIDE).build()));
    assertThat(html)
        .isEqualTo(
            "<html><body><b>INV-2026-000042</b><i>A &amp; B</i><p>Total to pay: EUR\u00a01.00</p>"
                + "</body></html>");
  }

  @Test
  void aStyleSheetAloneCanBeReplaced() throws IOException {
    file("invoice.css", "h1 { color: #ff00ff; }");

    assertThat(
            InvoiceDocuments.withTemplates(folder)
                .html(IssuedDocument.of(Samples.typical().build())))
        .contains("h1 { color: #ff00ff; }", "<h1>Invoice</h1>");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<p>{{buyer.nmae}}</p>|invoice.html:3|there is no 'nmae' in 'buyer.nmae'",
        "<p>{{nothing}}</p>|invoice.html:3|there is no 'nothing'; known here are",
        "{{word nothing}}|invoice.html:3|there is no word 'nothing'",
        "{{#each lines}}{{description}}|invoice.html:3|{{#each}} is never closed",
        "{{#if note}}{{/each}}|invoice.html:3|closes nothing; open is {{#if}} of line 3",
        "{{/if}}|invoice.html:3|closes nothing",
        "{{else}}|invoice.html:3|belongs once between",
        "{{#each total}}{{/each}}|invoice.html:3|'total' is no list",
        "{{lines}}|invoice.html:3|'lines' is no text",
        "{{total|invoice.html:3|never closed",
        "{{> other.html}}|invoice.html:3|there is no file 'other.html'",
        "{{> invoice.html}}|invoice.html:3|include one another",
        "<p><b>{{total}}</p>|invoice.html:3|not well-formed",
        "<p class={{total}}>x</p>|invoice.html:3|not well-formed",
        "<style>p { color: {{total}} }</style>|invoice.html:3|escaping does not protect",
        "<script>{{number}}</script>|invoice.html:3|escaping does not protect",
        "{{#when note}}|invoice.html:3|is not {{#if name}} or {{#each name}}",
      })
  void aBadTemplateIsRefusedWithFileAndLine(String bad, String where, String why)
      throws IOException {
    file("invoice.html", "<html>\n<body>\n" + bad + "\n</body>\n</html>\n");

    assertThatThrownBy(() -> InvoiceDocuments.withTemplates(folder))
        .isInstanceOfSatisfying(InvalidInput.class, e -> assertThat(e.field()).isEqualTo(where))
        .hasMessageContaining(why);
  }

  @Test
  void aFaultInAnIncludedFileNamesThatFile() throws IOException {
    file("seller.html", "<p>\n{{seller.nmae}}</p>");

    assertThatThrownBy(() -> InvoiceDocuments.withTemplates(folder))
        .hasMessageStartingWith("seller.html:2: there is no 'nmae'");
  }

  @Test
  void aLanguageThatLacksAWordIsRefused() throws IOException {
    file("words_nl.properties", "locale=nl\nbogus=x\n");

    assertThatThrownBy(() -> InvoiceDocuments.withTemplates(folder))
        .hasMessageContaining("words_nl.properties")
        .hasMessageContaining("it lacks")
        .hasMessageContaining("creditNote")
        .hasMessageContaining("nobody knows [bogus]");
  }

  @Test
  void anOperatorsLanguageIsServed() throws IOException {
    String words =
        new String(TemplateFolder.resource("words_en.properties"), StandardCharsets.UTF_8);
    file("words_nl.properties", words.replace("invoice=Invoice", "invoice=Factuur"));

    assertThat(
            InvoiceDocuments.withTemplates(folder)
                .html(IssuedDocument.of(Samples.typical().language("nl").build())))
        .contains("<h1>Factuur</h1>");
  }

  @Test
  void aFolderThatIsNoneAndAFileOfNoUseAreRefused() throws IOException {
    assertThatThrownBy(() -> InvoiceDocuments.withTemplates(folder.resolve("none")))
        .hasMessageContaining("is no folder");
    file("invoice.jte", "x");
    assertThatThrownBy(() -> InvoiceDocuments.withTemplates(folder))
        .hasMessageContaining("invoice.jte is of no use here");
  }

  @Test
  void nothingIsFetchedForAPdf() throws IOException {
    Path secret = folder.resolveSibling("secret.png");
    file(
        "invoice.html",
        "<html><body><img alt=\"\" src=\""
            + secret.toUri()
            + "\"/><img alt=\"\" src=\"http://127.0.0.1:9/x.png\"/>{{total}}</body></html>");

    byte[] pdf =
        InvoiceDocuments.withTemplates(folder).pdf(IssuedDocument.of(Samples.typical().build()));

    assertThat(PdfText.of(pdf).all()).contains("EUR 173.91");
  }
}

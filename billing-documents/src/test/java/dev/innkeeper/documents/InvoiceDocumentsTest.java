package dev.innkeeper.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.customer.Address;
import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.invoice.InvoiceLine;
import dev.innkeeper.billing.invoice.Party;
import dev.innkeeper.billing.invoice.PaymentReference;
import dev.innkeeper.billing.money.Currency;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InvoiceDocumentsTest {
  private static final InvoiceDocuments DOCUMENTS = InvoiceDocuments.standard();

  private static PdfText pdf(Invoice invoice) {
    return PdfText.of(DOCUMENTS.pdf(IssuedDocument.of(invoice)));
  }

  private static String html(Invoice invoice) {
    return DOCUMENTS.html(IssuedDocument.of(invoice)).replace('\u00a0', ' ');
  }

  @Test
  void aPdfShowsExactlyTheInvoicesAmounts() {
    Invoice invoice = Samples.typical().build();

    PdfText pdf = pdf(invoice);

    assertThat(pdf.pages()).hasSize(1);
    for (InvoiceLine line : invoice.lines()) {
      assertThat(pdf.all())
          .containsPattern(
              "(?m)^" + line.position() + " .* " + line.net().toPlainString() + "\\s*$");
    }
    assertThat(pdf.all())
        .containsPattern("Net total +EUR 153\\.55")
        .containsPattern("VAT 19% on EUR 80\\.05 +EUR 15\\.21")
        .containsPattern("VAT 7% on EUR 73\\.50 +EUR 5\\.15")
        .containsPattern("Total to pay +EUR 173\\.91");
    assertThat(invoice.total().toPlainString()).isEqualTo("173.91");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "en|Invoice|1 December 2026|15 December 2026|1 Nov 2026 – 30 Nov 2026|EUR 1,234,567.89",
        "de|Rechnung|1. Dezember 2026|15. Dezember 2026|01.11.2026 – 30.11.2026|1.234.567,89 EUR",
        "fr|Facture|1er décembre 2026|15 décembre 2026|01/11/2026 – 30/11/2026|1 234 567,89 EUR"
      })
  void everyLanguageHasItsWordsDatesAndNumbers(
      String language, String title, String issued, String due, String period, String total) {
    Invoice invoice =
        Samples.eur()
            .language(language)
            .line("Cluster", "1", "month", "1234567.89", Samples.OUTSIDE)
            .build();

    assertThat(pdf(invoice).all()).contains(title, issued, due, period, total);
    assertThat(html(invoice))
        .contains(title, issued, due, period, total, "lang=\"" + language + "\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"en|Payment reference", "de|Zahlungsreferenz", "fr|Référence de paiement"})
  void thePaymentReferenceStandsAtTheDatesAndAtThePayment(String language, String word) {
    Invoice invoice =
        Samples.eur().language(language).line("VM", "1", "month", "5", Samples.DE_19).build();
    String reference = PaymentReference.grouped(invoice.paymentReference());

    assertThat(reference).isEqualTo("RF54 INV2 0260 0004 2");
    assertThat(pdf(invoice).all()).containsPattern(word + " +" + reference);
    assertThat(pdf(invoice).all().split(reference, -1)).hasSize(3);
    assertThat(html(invoice).split(word + "</th><td>" + reference + "</td>", -1)).hasSize(3);
  }

  @Test
  void aLanguageWithoutWordsIsServedInEnglish() {
    assertThat(html(Samples.typical().language("fi").build())).contains("<h1>Invoice</h1>");
  }

  @Test
  void markupInNamesIsShownAndMeansNothing() {
    String name = "<script>alert('x')</script> & \"Söhne\" {{total}}";
    Party buyer = new Party(name, name, new Address(name, "1", name, "DE"), name, name, "en");
    Invoice invoice =
        Samples.eur().buyer(buyer).note(name).line(name, "1", name, "1", Samples.DE_19).build();

    assertThat(html(invoice))
        .doesNotContain("<script")
        .contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;Söhne&quot;")
        .contains("{{total}}");
    assertThat(pdf(invoice).all().replaceAll("\\s", ""))
        .contains("<script>alert('x')</script>&\"Söhne\"{{total}}");
  }

  @Test
  void aNameCannotTurnTheTextAroundIt() {
    Invoice invoice =
        Samples.eur().line("Turned \u202e00.1\u2066x", "1", "piece", "1", Samples.DE_19).build();

    assertThat(html(invoice)).contains("Turned 00.1x").doesNotContain("\u202e", "\u2066");
  }

  @ParameterizedTest
  @ValueSource(strings = {"שלום עולם בע״מ", "شركة الاستضافة", "Ελληνική Εταιρεία", "Хостинг ООО"})
  void namesInOtherScriptsAreShownByAnEmbeddedFont(String name) {
    Invoice invoice = Samples.eur().line(name, "1", "piece", "10", Samples.DE_19).build();

    String text = pdf(invoice).all();

    assertThat(java.text.Normalizer.normalize(text, java.text.Normalizer.Form.NFKC))
        .contains(name.split(" ", -1)[0]);
    assertThat(text).doesNotContain("\uFFFD").contains("EUR 11.90");
  }

  @Test
  void emojiAreShownByAnEmbeddedFont() {
    String name = "Party 🎉🚀❤️✅👍👩‍💻🇩🇪🏽";
    Invoice invoice = Samples.eur().line(name, "1", "piece", "10", Samples.DE_19).build();

    assertThat(pdf(invoice).all()).contains("🎉🚀", "👩").doesNotContain("\uFFFD");
  }

  @Test
  void emojiAndBrokenCharactersLeaveThePageWhole() {
    String name = "Party 🎉👩‍💻🇩🇪 \uD800 \u0001 漢字";
    Invoice invoice = Samples.eur().line(name, "1", "piece", "10", Samples.DE_19).build();

    assertThat(pdf(invoice).all()).contains("Party", "EUR 11.90", "Gasthaus Hosting GmbH");
  }

  @ParameterizedTest
  @CsvSource({"JPY,1234,'JPY 1,234'", "KWD,1.234,KWD 1.234", "TFT,0.1234567,TFT 0.1234567"})
  void amountsHaveTheirCurrencysDecimals(String code, String price, String shown) {
    Invoice invoice =
        Samples.in(Currency.of(code)).line("Node", "1", "piece", price, Samples.OUTSIDE).build();

    assertThat(pdf(invoice).all()).containsPattern("Total to pay +" + shown + "\\s");
  }

  @Test
  void pagesRepeatTheHeadOfTheTableAndAreNumbered() {
    PdfText pdf = pdf(Samples.many(200).build());

    int count = pdf.pages().size();
    assertThat(count).isGreaterThan(5);
    for (int page = 1; page < count; page++) {
      assertThat(pdf.pages().get(page - 1))
          .contains("Amount (EUR)", "Page " + page + " of " + count, "Gasthaus Hosting GmbH");
    }
    for (int line = 1; line <= 200; line++) {
      assertThat(pdf.all()).contains("Virtual machine no. " + line + " ");
    }
  }

  @Test
  void reverseChargeIsNoted() {
    Invoice invoice =
        Samples.eur()
            .buyer(new Party("Jo", "Jo SAS", Samples.BUYER.address(), "FR40303265045", null, "fr"))
            .line("VM", "1", "month", "100", Samples.REVERSE)
            .build();

    assertThat(pdf(invoice).all())
        .contains("Autoliquidation : la TVA est due par le preneur.", "N° TVA FR40303265045")
        .containsPattern("Total à payer +100,00 EUR");
  }

  @Test
  void aSellersOwnReasonForNoTaxIsShownAsFrozen() {
    assertThat(html(Samples.eur().line("VM", "1", "month", "5", Samples.EXEMPT).build()))
        .contains("Kein Ausweis von Umsatzsteuer (§ 19 UStG)");
  }

  @Test
  void grossPricesShowBothAmountsOfALine() {
    Invoice invoice =
        Samples.eur().gross().line("VM", "1", "month", "119.00", Samples.DE_19).build();

    assertThat(pdf(invoice).all())
        .containsPattern("1 VM .*119\\.00 +100\\.00")
        .contains("Amount incl. tax")
        .containsPattern("Total to pay +EUR 119\\.00");
  }

  @Test
  void aCreditNoteNamesTheInvoiceItCorrectsAndAsksForNothing() {
    Invoice invoice = Samples.typical().build();
    Invoice note =
        Samples.eur()
            .corrects(invoice)
            .language("de")
            .line("Hosted Gitea, team", "1", "month", "29.90", Samples.DE_19)
            .build();

    String text = PdfText.of(DOCUMENTS.pdf(IssuedDocument.ofCreditNote(note, invoice))).all();

    assertThat(text)
        .contains("Rechnungskorrektur", "CN-2026-000007")
        .contains("Korrigiert Rechnung INV-2026-000042 vom", "1. Dezember 2026")
        .containsPattern("Gutschrift gesamt +35,58 EUR")
        .doesNotContain("Zahlbar bis", "IBAN");
    assertThatThrownBy(() -> IssuedDocument.of(note)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void everyLanguageIsThere() {
    assertThat(DOCUMENTS.languages()).isEqualTo(List.of("de", "en", "fr"));
  }
}

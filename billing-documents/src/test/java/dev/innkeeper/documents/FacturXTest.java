package dev.innkeeper.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.customer.Address;
import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.invoice.Party;
import dev.innkeeper.billing.invoice.Seller;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.NotAllowed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDDocumentCatalog;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.common.filespecification.PDComplexFileSpecification;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mustangproject.validator.ZUGFeRDValidator;

class FacturXTest {
  private static final InvoiceDocuments DOCUMENTS = InvoiceDocuments.standard();
  private static final Party FRENCH =
      new Party(
          "Jo",
          "Jo SAS",
          new Address("1 rue <du> Bac & Cie", "75007", "Paris", "FR"),
          "FR40303265045",
          "jo@example.org",
          "fr");

  @TempDir Path folder;

  private void assertValid(IssuedDocument document) throws IOException {
    Path file = folder.resolve("invoice.pdf");
    Files.write(file, DOCUMENTS.facturX(document));
    ZUGFeRDValidator validator = new ZUGFeRDValidator();
    String report = validator.validate(file.toString());
    assertThat(validator.wasCompletelyValid()).as(report).isTrue();
    assertThat(report)
        .contains("<summary status=\"valid\"/>", "flavour=3u", "assertions=[], isCompliant=true")
        .doesNotContain("<error", "type=\"exception\"");
  }

  private static String xml(Invoice invoice) {
    return new String(DOCUMENTS.electronic(IssuedDocument.of(invoice)), StandardCharsets.UTF_8);
  }

  @Test
  void anInvoiceOfTwoRatesWithDiscountTiersAndMarkupIsValid() throws IOException {
    Invoice invoice =
        Samples.typical()
            .line("Discount <b>&\u0001 🎉", "1", "piece", "-0.01", Samples.DE_7)
            .note("Danke & <tschüß>")
            .language("de")
            .build();

    assertValid(IssuedDocument.of(invoice));
    assertThat(xml(invoice))
        .contains(
            "<ram:LineTotalAmount>" + invoice.net().toPlainString() + "<",
            "<ram:GrandTotalAmount>" + invoice.total().toPlainString() + "<",
            "<ram:BilledQuantity unitCode=\"C62\">-1<",
            "<ram:ChargeAmount>2.99<");
  }

  @ParameterizedTest
  @ValueSource(strings = {"en", "de", "fr"})
  void anInvoiceOfOneLineIsValidInEveryLanguage(String language) throws IOException {
    assertValid(
        IssuedDocument.of(
            Samples.eur()
                .language(language)
                .line("Hosted Gitea, team", "1", "month", "29.90", Samples.DE_19)
                .build()));
  }

  @Test
  void theRemittanceInformationIsTheStructuredReference() throws IOException {
    Invoice invoice = Samples.typical().build();
    Invoice note =
        Samples.eur()
            .corrects(invoice)
            .line("Hosted Gitea, team", "1", "month", "29.90", Samples.DE_19)
            .build();

    assertThat(xml(invoice))
        .contains("<ram:PaymentReference>" + invoice.paymentReference() + "<")
        .containsPattern("<ram:PaymentReference>RF[0-9]{2}INV2026000042<");
    assertThat(
            new String(
                DOCUMENTS.electronic(IssuedDocument.ofCreditNote(note, invoice)),
                StandardCharsets.UTF_8))
        .contains("<ram:PaymentReference>CN-2026-000007<");
  }

  @Test
  void anInvoiceOfTwoHundredLinesIsValid() throws IOException {
    Invoice invoice = Samples.many(200).build();

    assertValid(IssuedDocument.of(invoice));
    assertThat(xml(invoice).split("<ram:IncludedSupplyChainTradeLineItem>", -1)).hasSize(201);
  }

  @Test
  void aReverseChargeInvoiceNamesBothVatIdsAndIsValid() throws IOException {
    Invoice invoice =
        Samples.eur()
            .buyer(FRENCH)
            .line("VM", "720", "h", "0.0125", Samples.REVERSE)
            .line("Discount", "1", "piece", "-1.00", Samples.REVERSE)
            .build();

    assertValid(IssuedDocument.of(invoice));
    assertThat(xml(invoice))
        .contains(
            "<ram:ID schemeID=\"VA\">DE136695976<",
            "<ram:ID schemeID=\"VA\">FR40303265045<",
            "<ram:CategoryCode>AE<",
            "<ram:ExemptionReasonCode>VATEX-EU-AE<",
            "<ram:TaxTotalAmount currencyID=\"EUR\">0.00<");
  }

  @Test
  void aCreditNoteOfTwoRatesIsValidAndNamesItsInvoice() throws IOException {
    Invoice invoice = Samples.typical().language("fr").build();
    Invoice note =
        Samples.eur()
            .language("fr")
            .corrects(invoice)
            .line("Hosted Gitea, team", "1", "month", "29.90", Samples.DE_19)
            .line("Printed handbook", "1", "piece", "24.50", Samples.DE_7)
            .build();

    assertValid(IssuedDocument.ofCreditNote(note, invoice));
    String xml =
        new String(
            DOCUMENTS.electronic(IssuedDocument.ofCreditNote(note, invoice)),
            StandardCharsets.UTF_8);
    assertThat(xml)
        .contains("<ram:TypeCode>381<", "<ram:IssuerAssignedID>" + invoice.number() + "<");
  }

  @Test
  void smallBusinessesWithoutTaxAreValid() throws IOException {
    assertValid(
        IssuedDocument.of(
            Samples.eur().language("de").line("VM", "1", "month", "5", Samples.EXEMPT).build()));
  }

  /** What a reader of the file finds, without the library that wrote it. */
  @Test
  void theFileSaysWhatItIsAndCarriesItsXml() throws IOException {
    IssuedDocument document = IssuedDocument.of(Samples.typical().build());

    try (PDDocument pdf = Loader.loadPDF(DOCUMENTS.facturX(document))) {
      PDDocumentCatalog catalog = pdf.getDocumentCatalog();
      PDComplexFileSpecification file =
          catalog.getNames().getEmbeddedFiles().getNames().get("factur-x.xml");
      assertThat(file.getEmbeddedFile().toByteArray()).isEqualTo(DOCUMENTS.electronic(document));
      assertThat(file.getCOSObject().getNameAsString("AFRelationship")).isIn("Data", "Alternative");
      assertThat(catalog.getOutputIntents().get(0).getInfo()).contains("sRGB");
      String xmp = new String(catalog.getMetadata().toByteArray(), StandardCharsets.UTF_8);
      assertThat(xmp).contains("urn:factur-x:pdfa:CrossIndustryDocument", "EN 16931");
      for (PDPage page : pdf.getPages()) {
        for (COSName name : page.getResources().getFontNames()) {
          assertThat(page.getResources().getFont(name).isEmbedded()).isTrue();
        }
      }
    }
  }

  @Test
  void aCreditNoteOfAReverseChargeInvoiceIsValid() throws IOException {
    Invoice invoice =
        Samples.eur().buyer(FRENCH).line("VM", "1", "month", "100", Samples.REVERSE).build();
    Invoice note =
        Samples.eur()
            .buyer(FRENCH)
            .corrects(invoice)
            .line("VM", "1", "month", "40", Samples.REVERSE)
            .build();

    assertValid(IssuedDocument.ofCreditNote(note, invoice));
  }

  @Test
  void grossPricesAreValidWhereTaxRoundsTheOtherWay() throws IOException {
    Samples.Builder builder = Samples.eur().gross();
    for (int i = 1; i <= 7; i++) {
      builder.line("VM " + i, "1", "month", "0.0" + i, i % 2 == 0 ? Samples.DE_7 : Samples.DE_19);
    }

    assertValid(IssuedDocument.of(builder.build()));
  }

  @Test
  void anInvoiceWithoutTaxInYenIsValid() throws IOException {
    assertValid(
        IssuedDocument.of(
            Samples.in(Currency.of("JPY"))
                .line("VM", "3", "month", "1500", Samples.OUTSIDE)
                .build()));
  }

  @Test
  void yenWithTaxAreValidAndHaveNoDecimals() throws IOException {
    Invoice invoice =
        Samples.in(Currency.of("JPY"))
            .line("VM", "3", "month", "1501", Samples.DE_19)
            .line("Book", "1", "piece", "333", Samples.DE_7)
            .build();

    assertValid(IssuedDocument.of(invoice));
    assertThat(xml(invoice)).contains("<ram:GrandTotalAmount>5715<").doesNotContain("5715.");
  }

  @Test
  void whatTheStandardCannotCarryIsRefusedWithAllReasons() {
    Seller bare = Seller.named("Nobody", Address.NONE);
    Invoice invoice =
        Samples.in(Currency.of("TFT"))
            .seller(bare)
            .buyer(new Party("Jo", null, Address.NONE, null, null, "en"))
            .line("VM", "1", "month", "1", Samples.DE_19)
            .line("VM", "1", "month", "1", Samples.OUTSIDE)
            .build();

    assertThatThrownBy(() -> DOCUMENTS.electronic(IssuedDocument.of(invoice)))
        .isInstanceOfSatisfying(
            NotAllowed.class, e -> assertThat(e.code()).isEqualTo("electronic-invoice-impossible"))
        .hasMessageContainingAll(
            List.of(
                    "more than two decimals",
                    "the seller's country is missing",
                    "the buyer's country is missing",
                    "a registration",
                    "can't be beside")
                .toArray(String[]::new));
  }
}

package dev.innkeeper.documents;

import dev.innkeeper.billing.customer.Address;
import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.invoice.InvoiceKind;
import dev.innkeeper.billing.invoice.InvoiceLine;
import dev.innkeeper.billing.invoice.InvoiceStatus;
import dev.innkeeper.billing.invoice.Party;
import dev.innkeeper.billing.invoice.Seller;
import dev.innkeeper.billing.invoice.tax.TaxCategory;
import dev.innkeeper.billing.invoice.tax.TaxGroup;
import dev.innkeeper.billing.invoice.tax.TaxTreatment;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.time.Interval;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.xml.XMLConstants;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParserFactory;
import org.jspecify.annotations.Nullable;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.helpers.DefaultHandler;

/** Fills a template with made-up documents, to find what makes pages that can't be laid out. */
final class TemplateTrial {
  private static final Currency CURRENCY = Currency.EUR;

  private final Template template;
  private final Words words;

  TemplateTrial(Template template, Words words) {
    this.template = template;
    this.words = words;
  }

  /**
   * @throws InvalidInput naming file and line when a result is not well-formed XML
   */
  void run(Map<String, ViewBuilder> builders) {
    builders.forEach(
        (language, builder) -> {
          for (IssuedDocument document : List.of(full(), bare(), credit())) {
            for (boolean paged : new boolean[] {true, false}) {
              TemplateOutput out = TemplateOutput.tracking();
              template.render(builder.build(document, paged), words.in(language), out);
              parse(out);
            }
          }
        });
  }

  private static void parse(TemplateOutput out) {
    try {
      SAXParserFactory factory = SAXParserFactory.newInstance();
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setFeature("http://xml.org/sax/features/external-general-entities", false);
      factory.setFeature("http://xml.org/sax/features/external-parameter-entities", false);
      factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
      factory
          .newSAXParser()
          .parse(new InputSource(new StringReader(out.toString())), new DefaultHandler());
    } catch (SAXParseException e) {
      TemplateOutput.Origin origin = out.originOf(e.getLineNumber());
      throw new InvalidInput(
          origin.file() + ":" + origin.line(),
          "is not well-formed XML, which pages of a PDF need: " + e.getMessage());
    } catch (SAXException | ParserConfigurationException | IOException e) {
      throw new IllegalStateException("the XML parser failed", e);
    }
  }

  private static IssuedDocument full() {
    return IssuedDocument.of(invoice(InvoiceKind.CYCLE, null, "A note"));
  }

  private static IssuedDocument credit() {
    Invoice corrected = invoice(InvoiceKind.CYCLE, null, null);
    return IssuedDocument.ofCreditNote(
        invoice(InvoiceKind.CREDIT_NOTE, corrected.id(), null), corrected);
  }

  /** With everything absent that may be. */
  private static IssuedDocument bare() {
    Amount none = Amount.zero(CURRENCY);
    return IssuedDocument.of(
        new Invoice(
            new UUID(0, 2),
            "N-1",
            new UUID(0, 1),
            InvoiceKind.CUSTOM,
            InvoiceStatus.PAID,
            CURRENCY,
            null,
            Instant.EPOCH,
            null,
            none,
            none,
            none,
            none,
            none,
            none,
            none,
            List.of(),
            List.of(),
            Seller.named("Seller", Address.NONE),
            new Party("Buyer", null, Address.NONE, null, null, "en"),
            null,
            null));
  }

  private static Invoice invoice(InvoiceKind kind, @Nullable UUID corrects, @Nullable String note) {
    Address address = new Address("Street 1", "12345", "City", "DE");
    Amount net = Amount.ofMinor(200, CURRENCY);
    Amount tax = Amount.ofMinor(19, CURRENCY);
    Amount total = net.plus(tax);
    Amount none = Amount.zero(CURRENCY);
    Interval period = new Interval(Instant.EPOCH, Instant.EPOCH.plusSeconds(86_400));
    TaxTreatment taxed = TaxTreatment.taxed(BigDecimal.valueOf(19), "de");
    TaxTreatment reverse = TaxTreatment.untaxed(TaxCategory.REVERSE_CHARGE, "de", "Reverse charge");
    return new Invoice(
        new UUID(0, corrects == null ? 2 : 3),
        "N-1",
        new UUID(0, 1),
        kind,
        InvoiceStatus.OPEN,
        CURRENCY,
        period,
        Instant.EPOCH,
        Instant.EPOCH.plusSeconds(86_400),
        net,
        tax,
        total,
        total,
        none,
        none,
        none,
        List.of(line(1, period, BigDecimal.ONE, taxed), line(2, null, null, reverse)),
        List.of(new TaxGroup(taxed, 100, 19), new TaxGroup(reverse, 100, 0)),
        new Seller(
            "main",
            "Seller",
            address,
            "DE1",
            "a@b",
            "1",
            "w",
            "HRB 1",
            "DE00",
            "B",
            ZoneOffset.UTC),
        new Party("Buyer", "Company", address, "FR1", "c@d", "en"),
        corrects,
        note);
  }

  private static InvoiceLine line(
      int position, @Nullable Interval interval, @Nullable BigDecimal price, TaxTreatment tax) {
    Amount amount = Amount.ofMinor(100, CURRENCY);
    return new InvoiceLine(
        position,
        null,
        "p",
        "c",
        "Line",
        interval,
        BigDecimal.ONE,
        "h",
        price,
        amount,
        amount,
        tax,
        "explained");
  }
}

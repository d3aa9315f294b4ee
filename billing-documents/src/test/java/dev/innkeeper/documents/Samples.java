package dev.innkeeper.documents;

import dev.innkeeper.billing.customer.Address;
import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.invoice.InvoiceKind;
import dev.innkeeper.billing.invoice.InvoiceLine;
import dev.innkeeper.billing.invoice.InvoiceStatus;
import dev.innkeeper.billing.invoice.Party;
import dev.innkeeper.billing.invoice.Seller;
import dev.innkeeper.billing.invoice.tax.PriceBasis;
import dev.innkeeper.billing.invoice.tax.TaxCategory;
import dev.innkeeper.billing.invoice.tax.TaxPolicy;
import dev.innkeeper.billing.invoice.tax.TaxSubject;
import dev.innkeeper.billing.invoice.tax.TaxTreatment;
import dev.innkeeper.billing.invoice.tax.TaxedLines;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.time.Interval;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Short ways to issued invoices, their sums computed by the engine's own arithmetic. */
final class Samples {
  static final TaxTreatment DE_19 = TaxTreatment.taxed(new BigDecimal("19"), "de");
  static final TaxTreatment DE_7 = TaxTreatment.taxed(new BigDecimal("7"), "de");
  static final TaxTreatment REVERSE =
      TaxTreatment.untaxed(TaxCategory.REVERSE_CHARGE, "de", "Reverse charge");
  static final TaxTreatment OUTSIDE =
      TaxTreatment.untaxed(TaxCategory.OUT_OF_SCOPE, "none", "Not subject to tax");
  static final TaxTreatment EXEMPT =
      TaxTreatment.untaxed(TaxCategory.EXEMPT, "de", "Kein Ausweis von Umsatzsteuer (§ 19 UStG)");

  static final Seller SELLER =
      new Seller(
          "main",
          "Gasthaus Hosting GmbH",
          new Address("Am Markt 7", "28195", "Bremen", "DE"),
          "DE136695976",
          "rechnung@gasthaus.example",
          "+49 421 123456",
          "https://gasthaus.example",
          "Amtsgericht Bremen, HRB 12345",
          "DE02120300000000202051",
          "BYLADEM1001",
          ZoneId.of("Europe/Berlin"));

  static final Party BUYER =
      new Party(
          "Ada Lovelace",
          "Analytical Engines Ltd",
          new Address("12 St James's Square", "SW1Y 4JH", "London", "GB"),
          null,
          "ada@example.org",
          "en");

  static final Interval NOVEMBER =
      new Interval(Instant.parse("2026-10-31T23:00:00Z"), Instant.parse("2026-11-30T23:00:00Z"));

  private Samples() {}

  /** An invoice under construction. */
  static final class Builder {
    private final Currency currency;
    private final List<InvoiceLine> lines = new ArrayList<>();
    private PriceBasis basis = PriceBasis.NET;
    private Party buyer = BUYER;
    private Seller seller = SELLER;
    private InvoiceKind kind = InvoiceKind.CYCLE;
    private UUID corrects;
    private String note;
    private String number = "INV-2026-000042";

    Builder(Currency currency) {
      this.currency = currency;
    }

    Builder gross() {
      basis = PriceBasis.GROSS;
      return this;
    }

    Builder buyer(Party newBuyer) {
      buyer = newBuyer;
      return this;
    }

    Builder language(String language) {
      buyer =
          new Party(
              buyer.name(),
              buyer.company(),
              buyer.address(),
              buyer.vatId(),
              buyer.email(),
              language);
      return this;
    }

    Builder seller(Seller newSeller) {
      seller = newSeller;
      return this;
    }

    Builder note(String newNote) {
      note = newNote;
      return this;
    }

    Builder corrects(Invoice invoice) {
      kind = InvoiceKind.CREDIT_NOTE;
      corrects = invoice.id();
      number = "CN-2026-000007";
      return this;
    }

    Builder line(String description, String quantity, String unit, String price, TaxTreatment tax) {
      BigDecimal sum = new BigDecimal(quantity).multiply(new BigDecimal(price));
      Amount amount = Amount.round(sum, currency, RoundingMode.HALF_UP);
      return line(description, new BigDecimal(quantity), unit, new BigDecimal(price), amount, tax);
    }

    /** A line whose price has no one unit price. */
    Builder tiered(String description, String quantity, String unit, String sum, TaxTreatment tax) {
      Amount amount = Amount.parse(sum, currency);
      return line(description, new BigDecimal(quantity), unit, null, amount, tax);
    }

    private Builder line(
        String description,
        BigDecimal quantity,
        String unit,
        BigDecimal price,
        Amount amount,
        TaxTreatment tax) {
      lines.add(
          new InvoiceLine(
              lines.size() + 1,
              null,
              "vm",
              "time",
              description,
              unit.equals("piece") ? null : NOVEMBER,
              quantity,
              unit,
              price,
              amount,
              amount,
              tax,
              price == null ? "100 included, then by tiers" : ""));
      return this;
    }

    Invoice build() {
      TaxPolicy policy =
          new TaxPolicy() {
            @Override
            public TaxTreatment treat(TaxSubject subject) {
              throw new AssertionError("lines that are taxed already are not treated again");
            }

            @Override
            public PriceBasis priceBasis() {
              return basis;
            }
          };
      TaxedLines taxed =
          TaxedLines.of(
              lines.stream().map(l -> l.amount().minorUnits()).toList(),
              lines.stream().map(InvoiceLine::tax).toList(),
              policy);
      List<InvoiceLine> finished = new ArrayList<>();
      for (int i = 0; i < lines.size(); i++) {
        InvoiceLine l = lines.get(i);
        finished.add(
            new InvoiceLine(
                l.position(),
                l.subscriptionId(),
                l.productCode(),
                l.component(),
                l.description(),
                l.interval(),
                l.quantity(),
                l.unit(),
                l.unitPrice(),
                l.amount(),
                Amount.ofMinor(taxed.netMinor().get(i), currency),
                l.tax(),
                l.explanation()));
      }
      Amount net = Amount.ofMinor(taxed.totalNetMinor(), currency);
      Amount tax = Amount.ofMinor(taxed.totalTaxMinor(), currency);
      Amount none = Amount.zero(currency);
      return new Invoice(
          new UUID(0, kind == InvoiceKind.CREDIT_NOTE ? 7 : 42),
          number,
          new UUID(0, 1),
          kind,
          InvoiceStatus.OPEN,
          currency,
          kind == InvoiceKind.CYCLE ? NOVEMBER : null,
          Instant.parse("2026-12-01T02:00:00Z"),
          Instant.parse("2026-12-15T23:00:00Z"),
          net,
          tax,
          net.plus(tax),
          net.plus(tax),
          none,
          none,
          none,
          List.copyOf(finished),
          taxed.groups(),
          seller,
          buyer,
          corrects,
          note);
    }
  }

  static Builder in(Currency currency) {
    return new Builder(currency);
  }

  static Builder eur() {
    return in(Currency.EUR);
  }

  /** Two rates, a discount, tiers: what fits on a page. */
  static Builder typical() {
    return eur()
        .line("Virtual machine, small", "720", "h", "0.0125", DE_19)
        .line("Virtual machine, large, public IP", "612.25", "h", "0.04375", DE_19)
        .line("Hosted Gitea, team", "1", "month", "29.90", DE_19)
        .tiered("Traffic", "1834.512", "GB", "17.35", DE_19)
        .line("Printed handbook", "3", "piece", "24.50", DE_7)
        .line("Spring discount, 10 % of Hosted Gitea, team", "1", "piece", "-2.99", DE_19);
  }

  static Builder many(int lines) {
    Builder builder = eur();
    for (int i = 1; i <= lines; i++) {
      builder.line(
          "Virtual machine no. " + i,
          Integer.toString(i),
          "h",
          "0.0125",
          i % 5 == 0 ? DE_7 : DE_19);
    }
    return builder;
  }
}

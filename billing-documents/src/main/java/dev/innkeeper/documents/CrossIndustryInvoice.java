package dev.innkeeper.documents;

import dev.innkeeper.billing.customer.Address;
import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.invoice.InvoiceLine;
import dev.innkeeper.billing.invoice.Party;
import dev.innkeeper.billing.invoice.Seller;
import dev.innkeeper.billing.invoice.tax.TaxCategory;
import dev.innkeeper.billing.invoice.tax.TaxGroup;
import dev.innkeeper.billing.invoice.tax.TaxTreatment;
import dev.innkeeper.billing.invoice.tax.VatId;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.time.Interval;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes an invoice as EN 16931 has it, in the syntax of the Cross Industry Invoice. Sums are those
 * of the invoice and never computed anew. Needs what {@link ElectronicNeeds} checks. Not
 * thread-safe: one use, one document.
 */
final class CrossIndustryInvoice {
  private static final String GUIDELINE = "urn:cen.eu:en16931:2017";
  private static final String INVOICE = "380";
  private static final String CREDIT_NOTE = "381";
  private static final String NO_PAYMENT_MEANS = "1";
  private static final String CREDIT_TRANSFER = "30";
  private static final String SEPA_CREDIT_TRANSFER = "58";
  private static final String PIECE = "C62";

  /** Codes of UN/ECE recommendation 20 for the units that the engine itself writes. */
  private static final Map<String, String> UNITS =
      Map.of("h", "HUR", "hour", "HUR", "day", "DAY", "month", "MON", "GB", "E34", "TB", "E35");

  /** Why no tax is charged, by the codes of the European list. */
  private static final Map<TaxCategory, String> EXEMPTION_CODES =
      Map.of(TaxCategory.REVERSE_CHARGE, "VATEX-EU-AE", TaxCategory.OUT_OF_SCOPE, "VATEX-EU-O");

  private final TradeXml xml = new TradeXml();
  private final IssuedDocument document;
  private final Invoice invoice;
  private final ZoneId sellerZone;
  private final boolean outOfScope;
  private final DocumentView view;

  /**
   * @param view the document in the buyer's language, for what is text
   */
  CrossIndustryInvoice(IssuedDocument document, DocumentView view) {
    this.document = document;
    this.invoice = document.invoice();
    this.sellerZone = invoice.seller().zone();
    this.outOfScope = ElectronicNeeds.hasOutOfScope(invoice);
    this.view = view;
  }

  byte[] write() {
    return xml.document(
        () -> {
          xml.root(
              "ExchangedDocumentContext",
              () ->
                  xml.in(
                      "GuidelineSpecifiedDocumentContextParameter",
                      () -> xml.text("ID", GUIDELINE)));
          xml.root("ExchangedDocument", this::head);
          xml.root(
              "SupplyChainTradeTransaction",
              () -> {
                invoice
                    .lines()
                    .forEach(line -> xml.in("IncludedSupplyChainTradeLineItem", () -> line(line)));
                xml.in("ApplicableHeaderTradeAgreement", this::parties);
                xml.in("ApplicableHeaderTradeDelivery", this::delivery);
                xml.in("ApplicableHeaderTradeSettlement", this::settlement);
              });
        });
  }

  private void head() {
    xml.text("ID", document.number());
    xml.text("TypeCode", document.isCreditNote() ? CREDIT_NOTE : INVOICE);
    xml.date("IssueDateTime", issueDay());
    String note = invoice.note();
    if (note != null && !note.isBlank()) {
      xml.in("IncludedNote", () -> xml.text("Content", note));
    }
    view.notes().forEach(n -> xml.in("IncludedNote", () -> xml.text("Content", n.text())));
  }

  private void line(InvoiceLine line) {
    LinePrice price = LinePrice.of(line);
    xml.in(
        "AssociatedDocumentLineDocument",
        () -> xml.text("LineID", Integer.toString(line.position())));
    xml.in(
        "SpecifiedTradeProduct",
        () -> {
          xml.text("Name", line.description().isBlank() ? line.productCode() : line.description());
          xml.text("Description", price.asAgreed() ? null : price.explanation());
        });
    xml.in(
        "SpecifiedLineTradeAgreement",
        () ->
            xml.in(
                "NetPriceProductTradePrice",
                () -> xml.text("ChargeAmount", price.price().toPlainString())));
    xml.in(
        "SpecifiedLineTradeDelivery",
        () ->
            xml.text(
                "BilledQuantity",
                "unitCode",
                price.asAgreed() ? UNITS.getOrDefault(line.unit(), PIECE) : PIECE,
                price.quantity().toPlainString()));
    xml.in("SpecifiedLineTradeSettlement", () -> lineSettlement(line));
  }

  private void lineSettlement(InvoiceLine line) {
    xml.in(
        "ApplicableTradeTax",
        () -> {
          xml.text("TypeCode", "VAT");
          xml.text("CategoryCode", line.tax().category().code());
          rate(line.tax());
        });
    Interval interval = line.interval();
    if (interval != null) {
      period(interval);
    }
    xml.in(
        "SpecifiedTradeSettlementLineMonetarySummation",
        () -> xml.text("LineTotalAmount", line.net().toPlainString()));
  }

  private void rate(TaxTreatment tax) {
    if (tax.category() != TaxCategory.OUT_OF_SCOPE) {
      xml.text("RateApplicablePercent", tax.percent().toPlainString());
    }
  }

  /** By days, both included. */
  private void period(Interval interval) {
    LocalDate first = interval.from().atZone(document.zone()).toLocalDate();
    LocalDate last = interval.isEmpty() ? first : Formats.lastDay(interval.to(), document.zone());
    xml.in(
        "BillingSpecifiedPeriod",
        () -> {
          xml.date("StartDateTime", first);
          xml.date("EndDateTime", last);
        });
  }

  private void parties() {
    xml.in("SellerTradeParty", this::seller);
    xml.in("BuyerTradeParty", this::buyer);
  }

  private void seller() {
    Seller seller = invoice.seller();
    String vatId = seller.vatId() == null ? null : ElectronicNeeds.compact(seller.vatId());
    // Where nothing is subject to VAT the standard allows no VAT id, but still wants an identifier.
    if (outOfScope) {
      xml.text("ID", vatId);
    }
    xml.text("Name", seller.name());
    xml.text("Description", seller.registration());
    if (seller.registration() != null) {
      xml.in("SpecifiedLegalOrganization", () -> xml.text("ID", seller.registration()));
    }
    if (seller.phone() != null || seller.email() != null) {
      xml.in("DefinedTradeContact", () -> contact(seller.name(), seller.phone(), seller.email()));
    }
    address(seller.address());
    electronicAddress(seller.email());
    if (!outOfScope) {
      taxRegistration(vatId);
    }
  }

  private void buyer() {
    Party buyer = invoice.buyer();
    String company = buyer.company();
    xml.text("Name", company == null ? buyer.name() : company);
    if (company != null) {
      xml.in("DefinedTradeContact", () -> contact(buyer.name(), null, buyer.email()));
    }
    address(buyer.address());
    electronicAddress(buyer.email());
    String vatId = buyer.vatId();
    if (!outOfScope && vatId != null && VatId.parse(vatId).isPresent()) {
      taxRegistration(ElectronicNeeds.compact(vatId));
    }
  }

  private void contact(String person, @Nullable String phone, @Nullable String email) {
    xml.text("PersonName", person);
    if (phone != null) {
      xml.in("TelephoneUniversalCommunication", () -> xml.text("CompleteNumber", phone));
    }
    if (email != null) {
      xml.in("EmailURIUniversalCommunication", () -> xml.text("URIID", email));
    }
  }

  private void address(Address address) {
    xml.in(
        "PostalTradeAddress",
        () -> {
          xml.text("PostcodeCode", address.postalCode());
          xml.text("LineOne", address.street());
          xml.text("CityName", address.city());
          xml.text("CountryID", address.country());
        });
  }

  private void electronicAddress(@Nullable String email) {
    if (email != null) {
      xml.in("URIUniversalCommunication", () -> xml.text("URIID", "schemeID", "EM", email));
    }
  }

  private void taxRegistration(@Nullable String vatId) {
    if (vatId != null) {
      xml.in("SpecifiedTaxRegistration", () -> xml.text("ID", "schemeID", "VA", vatId));
    }
  }

  private void delivery() {
    Interval period = invoice.period();
    LocalDate day = period == null ? issueDay() : Formats.lastDay(period.to(), document.zone());
    xml.in("ActualDeliverySupplyChainEvent", () -> xml.date("OccurrenceDateTime", day));
  }

  private void settlement() {
    // BT-83, for banks and programs: without the spaces that people read it by.
    xml.text(
        "PaymentReference",
        Objects.requireNonNullElse(invoice.paymentReference(), document.number()));
    xml.text("InvoiceCurrencyCode", invoice.currency().code());
    xml.in("SpecifiedTradeSettlementPaymentMeans", this::paymentMeans);
    invoice.taxGroups().forEach(group -> xml.in("ApplicableTradeTax", () -> tax(group)));
    Interval period = invoice.period();
    if (period != null) {
      period(period);
    }
    xml.in("SpecifiedTradePaymentTerms", () -> xml.date("DueDateDateTime", dueDay()));
    xml.in("SpecifiedTradeSettlementHeaderMonetarySummation", this::sums);
    if (document.isCreditNote()) {
      xml.in("InvoiceReferencedDocument", this::corrected);
    }
  }

  private void paymentMeans() {
    Seller seller = invoice.seller();
    String iban = seller.iban();
    if (iban == null || document.isCreditNote()) {
      xml.text("TypeCode", NO_PAYMENT_MEANS);
      return;
    }
    boolean euro = invoice.currency().code().equals("EUR");
    xml.text("TypeCode", euro ? SEPA_CREDIT_TRANSFER : CREDIT_TRANSFER);
    xml.in(
        "PayeePartyCreditorFinancialAccount",
        () -> {
          xml.text("IBANID", ElectronicNeeds.compact(iban));
          xml.text("AccountName", seller.name());
        });
    String bic = seller.bic();
    if (bic != null) {
      xml.in("PayeeSpecifiedCreditorFinancialInstitution", () -> xml.text("BICID", bic));
    }
  }

  private void tax(TaxGroup group) {
    TaxTreatment treatment = group.treatment();
    TaxCategory category = treatment.category();
    xml.text("CalculatedAmount", plain(group.taxMinor()));
    xml.text("TypeCode", "VAT");
    if (category != TaxCategory.STANDARD && category != TaxCategory.ZERO_RATED) {
      xml.text(
          "ExemptionReason", Objects.requireNonNullElse(treatment.reason(), category.toString()));
    }
    xml.text("BasisAmount", plain(group.netMinor()));
    xml.text("CategoryCode", category.code());
    xml.text("ExemptionReasonCode", EXEMPTION_CODES.get(category));
    rate(treatment);
  }

  private void sums() {
    xml.text("LineTotalAmount", invoice.net().toPlainString());
    xml.text("TaxBasisTotalAmount", invoice.net().toPlainString());
    xml.text(
        "TaxTotalAmount", "currencyID", invoice.currency().code(), invoice.tax().toPlainString());
    xml.text("GrandTotalAmount", invoice.total().toPlainString());
    xml.text("DuePayableAmount", invoice.total().toPlainString());
  }

  private void corrected() {
    xml.text("IssuerAssignedID", document.correctedNumber());
    Invoice corrected = document.corrected();
    Instant issuedAt = corrected == null ? null : corrected.issuedAt();
    if (issuedAt != null) {
      xml.qualifiedDate("FormattedIssueDateTime", issuedAt.atZone(sellerZone).toLocalDate());
    }
  }

  private LocalDate issueDay() {
    return document.issuedAt().atZone(sellerZone).toLocalDate();
  }

  private LocalDate dueDay() {
    Instant dueAt = invoice.dueAt();
    LocalDate due = dueAt == null ? issueDay() : Formats.lastDay(dueAt, sellerZone);
    return due.isBefore(issueDay()) ? issueDay() : due;
  }

  private String plain(long minorUnits) {
    return Amount.ofMinor(minorUnits, invoice.currency()).toPlainString();
  }

  /**
   * Quantity and price as the standard wants them: no price below zero, and their product the
   * line's net. Where the agreed ones can't be that (tiers, caps, prices with tax), the line is one
   * piece at its net.
   *
   * @param asAgreed whether quantity and price are the invoice's own
   * @param explanation what was agreed, in words
   */
  private record LinePrice(
      BigDecimal quantity, BigDecimal price, boolean asAgreed, String explanation) {

    static LinePrice of(InvoiceLine line) {
      BigDecimal price = line.unitPrice();
      if (price != null) {
        Amount product =
            Amount.round(
                price.multiply(line.quantity()), line.net().currency(), RoundingMode.HALF_UP);
        if (product.equals(line.net())) {
          BigDecimal quantity = price.signum() < 0 ? line.quantity().negate() : line.quantity();
          return new LinePrice(quantity, price.abs(), true, "");
        }
      }
      BigDecimal net = line.net().toDecimal();
      String agreed =
          String.format(
              Locale.ROOT,
              "%s %s. %s",
              line.quantity().toPlainString(),
              line.unit(),
              line.explanation());
      return new LinePrice(
          BigDecimal.valueOf(net.signum() < 0 ? -1 : 1), net.abs(), false, agreed.strip());
    }
  }
}

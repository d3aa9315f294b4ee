package dev.innkeeper.documents;

import dev.innkeeper.billing.customer.Address;
import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.invoice.InvoiceLine;
import dev.innkeeper.billing.invoice.Party;
import dev.innkeeper.billing.invoice.PaymentReference;
import dev.innkeeper.billing.invoice.Seller;
import dev.innkeeper.billing.invoice.tax.TaxCategory;
import dev.innkeeper.billing.invoice.tax.TaxGroup;
import dev.innkeeper.billing.invoice.tax.TaxTreatment;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.time.Interval;
import dev.innkeeper.documents.DocumentView.BuyerView;
import dev.innkeeper.documents.DocumentView.LineView;
import dev.innkeeper.documents.DocumentView.SellerView;
import dev.innkeeper.documents.DocumentView.TaxView;
import dev.innkeeper.documents.DocumentView.TextView;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Writes an invoice out in one language. Immutable. */
final class ViewBuilder {
  /** What the engine's own tax policies give as reasons. */
  private static final Set<String> BUILT_IN_REASONS =
      Set.of("Not subject to tax", "Not subject to VAT", "Reverse charge", "Zero rated");

  private final String language;
  private final Map<String, String> words;
  private final Formats formats;
  private final @Nullable String logo;

  ViewBuilder(String language, Map<String, String> words, @Nullable String logo) {
    this.language = language;
    this.words = words;
    this.formats = new Formats(words);
    this.logo = logo;
  }

  DocumentView build(IssuedDocument document, boolean paged) {
    Invoice invoice = document.invoice();
    boolean credit = document.isCreditNote();
    Instant dueAt = invoice.dueAt();
    Invoice corrected = document.corrected();
    Instant correctedAt = corrected == null ? null : corrected.issuedAt();
    return new DocumentView(
        language,
        paged,
        credit,
        !credit && invoice.total().isPositive(),
        isGross(invoice),
        word(credit ? "creditNote" : "invoice"),
        document.number(),
        invoice.currency().code(),
        date(document.issuedAt(), invoice.seller()),
        credit || dueAt == null
            ? null
            : formats.date(Formats.lastDay(dueAt, invoice.seller().zone())),
        invoice.period() == null ? null : formats.interval(invoice.period(), document.zone()),
        credit ? document.correctedNumber() : null,
        correctedAt == null ? null : date(correctedAt, invoice.seller()),
        reference(document),
        seller(invoice.seller()),
        buyer(invoice.buyer(), invoice.seller()),
        invoice.lines().stream().map(line -> line(document, line)).toList(),
        invoice.taxGroups().stream().map(group -> tax(invoice, group)).toList(),
        formats.money(invoice.net()),
        formats.money(invoice.tax()),
        formats.money(invoice.total()),
        notes(invoice),
        invoice.note(),
        logo);
  }

  /** As it is printed; who pays out a credit note gives its number. */
  private static String reference(IssuedDocument document) {
    String reference = document.invoice().paymentReference();
    return reference == null ? document.number() : PaymentReference.grouped(reference);
  }

  /** With gross prices, tax is what lies between a taxed line's amount and its net. */
  private static boolean isGross(Invoice invoice) {
    return invoice.lines().stream().anyMatch(line -> !line.amount().equals(line.net()));
  }

  private String date(Instant at, Seller seller) {
    return formats.date(at.atZone(seller.zone()).toLocalDate());
  }

  private SellerView seller(Seller seller) {
    return new SellerView(
        seller.name(),
        address(seller.address(), ""),
        seller.vatId(),
        texts(seller.email(), seller.phone(), seller.website()),
        texts(
            seller.vatId() == null ? null : word("vatId") + " " + seller.vatId(),
            seller.registration()),
        seller.iban() == null ? null : grouped(seller.iban()),
        seller.bic());
  }

  private BuyerView buyer(Party buyer, Seller seller) {
    String home = seller.address().country();
    return new BuyerView(
        buyer.name(),
        buyer.company(),
        address(buyer.address(), home == null ? "" : home),
        buyer.vatId(),
        buyer.email());
  }

  /**
   * @param home the country that need not be named
   */
  private List<TextView> address(Address address, String home) {
    String city =
        Stream.of(address.postalCode(), address.city())
            .filter(part -> part != null && !part.isBlank())
            .reduce((a, b) -> a + " " + b)
            .orElse(null);
    String country = address.country();
    return texts(
        address.street(), city, country == null || country.equals(home) ? null : country(country));
  }

  private String country(String code) {
    return new Locale.Builder()
        .setRegion(code)
        .build()
        .getDisplayCountry(Locale.forLanguageTag(word("locale")));
  }

  private static List<TextView> texts(@Nullable String... parts) {
    List<TextView> texts = new ArrayList<>();
    for (String part : parts) {
      if (part != null && !part.isBlank()) {
        texts.add(new TextView(texts.isEmpty(), part));
      }
    }
    return texts;
  }

  /** An IBAN in groups of four, as people read it. */
  private static String grouped(String iban) {
    return iban.replace(" ", "").replaceAll("(.{4})(?=.)", "$1\u00a0");
  }

  private LineView line(IssuedDocument document, InvoiceLine line) {
    return new LineView(
        Integer.toString(line.position()),
        line.description(),
        linePeriod(document, line),
        line.explanation(),
        formats.quantity(line.quantity()),
        unit(line),
        line.unitPrice() == null
            ? null
            : formats.price(line.unitPrice(), document.invoice().currency()),
        rate(line.tax()),
        formats.number(line.amount()),
        formats.number(line.net()));
  }

  private @Nullable String linePeriod(IssuedDocument document, InvoiceLine line) {
    Interval interval = line.interval();
    return interval == null || interval.equals(document.invoice().period())
        ? null
        : formats.interval(interval, document.zone());
  }

  /** The word for the unit; a unit without a word, such as a hoster's own, is shown as it is. */
  private String unit(InvoiceLine line) {
    String many = Words.find(words, "unit." + line.unit(), line.unit());
    return line.quantity().compareTo(BigDecimal.ONE) == 0
        ? Words.find(words, "unit." + line.unit() + ".one", many)
        : many;
  }

  private String rate(TaxTreatment tax) {
    return formats.percent(tax.percent());
  }

  private TaxView tax(Invoice invoice, TaxGroup group) {
    TaxTreatment treatment = group.treatment();
    String name = word("tax." + treatment.category());
    String label =
        treatment.category() == TaxCategory.STANDARD ? name + " " + rate(treatment) : name;
    return new TaxView(
        label,
        rate(treatment),
        formats.money(Amount.ofMinor(group.netMinor(), invoice.currency())),
        formats.money(Amount.ofMinor(group.taxMinor(), invoice.currency())));
  }

  /** Why groups are untaxed, in the order of the lines. */
  private List<TextView> notes(Invoice invoice) {
    return texts(
        invoice.taxGroups().stream()
            .map(TaxGroup::treatment)
            .filter(treatment -> treatment.category() != TaxCategory.STANDARD)
            .map(this::note)
            .distinct()
            .toArray(String[]::new));
  }

  /** A seller's own reason is law's wording and stays as frozen; the built-in ones have words. */
  private String note(TaxTreatment treatment) {
    String reason = treatment.reason();
    return reason == null || reason.isBlank() || BUILT_IN_REASONS.contains(reason)
        ? word("note." + treatment.category())
        : reason;
  }

  private String word(String key) {
    return Words.require(words, key);
  }
}

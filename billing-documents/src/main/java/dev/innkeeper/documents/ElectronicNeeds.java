package dev.innkeeper.documents;

import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.invoice.Party;
import dev.innkeeper.billing.invoice.Seller;
import dev.innkeeper.billing.invoice.tax.TaxCategory;
import dev.innkeeper.billing.invoice.tax.VatId;
import dev.innkeeper.billing.problem.NotAllowed;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What EN 16931 asks of an invoice beyond what the engine does. Pure. */
final class ElectronicNeeds {
  private static final int DECIMALS_MAX = 2;

  private ElectronicNeeds() {}

  /**
   * @throws NotAllowed with code {@code electronic-invoice-impossible}, naming all that is in the
   *     way
   */
  static void check(IssuedDocument document) {
    Invoice invoice = document.invoice();
    Seller seller = invoice.seller();
    Party buyer = invoice.buyer();
    Set<TaxCategory> categories = categories(invoice);
    List<String> missing = new ArrayList<>();
    if (invoice.currency().minorDigits() > DECIMALS_MAX) {
      missing.add(
          invoice.currency() + " has more than two decimals, and the standard allows two at most");
    }
    need(missing, seller.address().country(), "the seller's country");
    need(missing, buyer.address().country(), "the buyer's country");
    boolean sellerVat = seller.vatId() != null && compact(seller.vatId()).matches("[A-Z]{2}\\w+");
    if (!sellerVat && seller.registration() == null) {
      missing.add("the seller needs a VAT id with its country's prefix, or a registration");
    }
    if (categories.contains(TaxCategory.OUT_OF_SCOPE) && categories.size() > 1) {
      missing.add("lines that are not subject to VAT can't be beside lines that are");
    } else if (!categories.contains(TaxCategory.OUT_OF_SCOPE) && !sellerVat) {
      missing.add("the seller's VAT id is missing, which the taxed lines need");
    }
    boolean buyerVat = buyer.vatId() != null && VatId.parse(buyer.vatId()).isPresent();
    if (categories.contains(TaxCategory.REVERSE_CHARGE) && !buyerVat) {
      missing.add("the buyer's VAT id is missing, which reverse charge needs");
    }
    if (!missing.isEmpty()) {
      throw new NotAllowed(
          "electronic-invoice-impossible",
          "invoice " + document.number() + " can't be electronic: " + String.join("; ", missing));
    }
  }

  private static void need(List<String> missing, @Nullable String value, String what) {
    if (value == null || value.isBlank()) {
      missing.add(what + " is missing");
    }
  }

  private static Set<TaxCategory> categories(Invoice invoice) {
    return invoice.taxGroups().stream()
        .map(group -> group.treatment().category())
        .collect(Collectors.toSet());
  }

  static boolean hasOutOfScope(Invoice invoice) {
    return categories(invoice).contains(TaxCategory.OUT_OF_SCOPE);
  }

  /** An identifier without what people put between its characters. */
  static String compact(String id) {
    return id.replaceAll("[\\s.-]", "").toUpperCase(Locale.ROOT);
  }
}

package dev.innkeeper.documents;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a template can show, as text in the buyer's language. The names of these components are the
 * names in templates, so renaming one breaks operators' templates.
 *
 * @param language an ISO 639-1 code
 * @param paged whether pages are laid out here, for the PDF; a browser does its own
 * @param title the word for invoice or credit note
 * @param dueOn the last day to pay; null for credit notes
 * @param correctsIssuedOn the day of the invoice that a credit note corrects
 * @param payable whether something is to be paid by the buyer
 * @param gross whether prices contain tax, so that lines have two amounts
 * @param paymentReference what to write on a transfer, in groups of four; of a credit note its
 *     number
 * @param notes required by law, such as that of reverse charge
 * @param note free text for the buyer
 * @param logo as a {@code data:} address
 */
record DocumentView(
    String language,
    boolean paged,
    boolean creditNote,
    boolean payable,
    boolean gross,
    String title,
    String number,
    String currency,
    String issuedOn,
    @Nullable String dueOn,
    @Nullable String period,
    @Nullable String corrects,
    @Nullable String correctsIssuedOn,
    String paymentReference,
    SellerView seller,
    BuyerView buyer,
    List<LineView> lines,
    List<TaxView> taxes,
    String net,
    String tax,
    String total,
    List<TextView> notes,
    @Nullable String note,
    @Nullable String logo) {

  /**
   * A text in a list.
   *
   * @param first whether it is the first of its list
   */
  record TextView(boolean first, String text) {}

  /**
   * Who sells.
   *
   * @param address line by line
   * @param contact e-mail address, telephone, web site
   * @param legal VAT id with its word, and the registration
   */
  record SellerView(
      String name,
      List<TextView> address,
      @Nullable String vatId,
      List<TextView> contact,
      List<TextView> legal,
      @Nullable String iban,
      @Nullable String bic) {}

  /** Who buys. */
  record BuyerView(
      String name,
      @Nullable String company,
      List<TextView> address,
      @Nullable String vatId,
      @Nullable String email) {}

  /**
   * A line.
   *
   * @param period null when it is the invoice's
   * @param amount as agreed: with tax when prices are gross
   * @param net without tax
   */
  record LineView(
      String position,
      String description,
      @Nullable String period,
      String explanation,
      String quantity,
      String unit,
      @Nullable String unitPrice,
      String taxRate,
      String amount,
      String net) {}

  /**
   * A tax group.
   *
   * @param base the sum that is taxed
   */
  record TaxView(String label, String rate, String base, String tax) {}
}

package dev.innkeeper.server.pages;

import dev.innkeeper.server.pages.Layout.Link;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What each page shows, as text ready to be escaped. */
public final class View {
  private View() {}

  /**
   * The form to sign up, again with what was typed when something was wrong.
   *
   * @param typed what was typed for invoices, by field
   * @param errors by field; the empty field is the form itself
   */
  public record SignUp(
      String key,
      String name,
      String email,
      String currency,
      String zone,
      List<String> currencies,
      Map<String, String> typed,
      Map<String, String> errors) {}

  /**
   * What invoices say of a customer.
   *
   * @param typed what stands in the fields
   * @param errors by field
   */
  public record Details(
      String name, String language, Map<String, String> typed, Map<String, String> errors) {}

  /**
   * A word about a state.
   *
   * @param tone {@code good}, {@code warn}, {@code bad} or empty
   */
  public record Badge(String tone, String text) {}

  /**
   * What is sold.
   *
   * @param gate why this customer can't start anything; null when they can, or nobody is signed in
   */
  public record Products(List<ProductCard> products, @Nullable String gate) {}

  /**
   * A product and what it can be had as.
   *
   * @param named whether its buyer gives it a name
   */
  public record ProductCard(
      String code, String name, String billing, boolean named, List<Offer> offers) {}

  /**
   * One choice of options with its price.
   *
   * @param options by name, for the form that starts it
   * @param setup empty when nothing is charged once
   */
  public record Offer(
      String title,
      String detail,
      Map<String, String> options,
      String monthly,
      String hourly,
      String setup,
      String key) {}

  /**
   * A customer's service.
   *
   * @param address where it is reached; null while it isn't
   * @param problem the provider's own words when something failed; null otherwise
   * @param endable whether it can still be ended
   * @param adminHref its page for an admin
   */
  public record ServiceRow(
      String id,
      String adminHref,
      String name,
      String detail,
      Badge status,
      String since,
      String price,
      String hourly,
      @Nullable String address,
      @Nullable String problem,
      boolean endable) {

    /** The address without what every address has. */
    public String addressText() {
      String text = address == null ? "" : address.replaceFirst("^https?://", "");
      return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }
  }

  /**
   * A customer's money.
   *
   * @param deployReason why nothing can be started; null when it can
   * @param sandbox whether test cards can be added
   */
  public record Wallet(
      String currency,
      String cash,
      String voucher,
      String owed,
      boolean owes,
      @Nullable String deployReason,
      boolean sandbox,
      List<Card> cards,
      List<Movement> movements,
      String key) {}

  /**
   * What a customer may do on pages of a payment provider's.
   *
   * @param cards the provider on whose page cards are entered; null where there is none
   * @param payments the provider on whose page can be paid; null where there is none
   * @param waiting what waits for the customer there
   */
  public record PayPages(@Nullable String cards, @Nullable String payments, List<Waiting> waiting) {
    /** For those who pay nothing. */
    public static final PayPages NONE = new PayPages(null, null, List.of());
  }

  /**
   * A payment that waits for its customer.
   *
   * @param href of the bank's or the provider's page
   */
  public record Waiting(String text, String href) {}

  /** The payment providers there are. */
  public record Providers(List<Provider> rows) {}

  /**
   * One payment provider.
   *
   * @param webhookUrl where it shall send its webhooks
   * @param findings what its check found; empty when it was not asked
   */
  public record Provider(
      String code,
      String name,
      Badge mode,
      String webhookUrl,
      List<String> abilities,
      List<Finding> findings) {}

  /** One thing a provider's check found. */
  public record Finding(Badge level, String subject, String message) {}

  /** A card on file. */
  public record Card(
      String id, String name, String expiry, boolean preferred, @Nullable Badge badge) {}

  /** One line of a wallet's history. */
  public record Movement(
      String at, String what, String account, String amount, boolean plus, String balance) {}

  /**
   * One line of a list of invoices.
   *
   * @param href its page
   */
  public record InvoiceRow(
      String id,
      String href,
      String customer,
      String number,
      String period,
      String issued,
      String due,
      String total,
      String open,
      Badge status) {}

  /**
   * A list of invoices.
   *
   * @param next where the next page begins; null at the end
   */
  public record Invoices(List<InvoiceRow> rows, @Nullable String next) {}

  /** Everybody's invoices, by state. */
  public record AdminInvoices(List<InvoiceRow> rows, List<Link> states, @Nullable String next) {}

  /**
   * One invoice as issued, and what became of it.
   *
   * @param payable whether the one who looks can pay it now
   */
  public record Invoice(
      InvoiceRow head,
      String title,
      String backHref,
      String backText,
      List<String> seller,
      List<String> buyer,
      List<InvoiceLine> lines,
      List<Sum> sums,
      boolean payable,
      List<Choice> sources,
      @Nullable String note,
      String key) {}

  /**
   * What an admin can do about an invoice that is issued.
   *
   * @param href what the forms' addresses begin with
   * @param relation what the related ones are to it
   * @param related credit notes on it, or the invoice that a credit note takes back
   */
  public record Corrections(
      String href,
      String key,
      boolean creditable,
      boolean voidable,
      boolean open,
      boolean givenUp,
      List<CorrectionLine> lines,
      String relation,
      List<Layout.Link> related) {
    public static final Corrections NONE = none("", List.of());

    static Corrections none(String relation, List<Layout.Link> related) {
      return new Corrections("", "", false, false, false, false, List.of(), relation, related);
    }

    /** Whether there is anything to be done. */
    public boolean any() {
      return creditable || voidable || open || givenUp;
    }
  }

  /** A line of which something may be taken back. */
  public record CorrectionLine(String position, String description, String amount) {}

  /** One line of an invoice. */
  public record InvoiceLine(
      String description, String interval, String explanation, String quantity, String amount) {}

  /** One of the sums at the foot of an invoice. */
  public record Sum(String text, String amount, boolean strong) {}

  /** One of the values of a field. */
  public record Choice(String value, String text) {}

  /** A customer in a list. */
  public record CustomerRow(
      String id,
      String name,
      String email,
      String since,
      String cash,
      String voucher,
      String owed,
      boolean owes) {}

  /**
   * Customers found.
   *
   * @param next where the next page begins; null at the end
   */
  public record Customers(List<CustomerRow> rows, String search, @Nullable String next) {}

  /**
   * One customer, for an admin.
   *
   * @param grace what comes next where something is overdue; null otherwise
   */
  public record Customer(
      String name,
      String email,
      String since,
      String zone,
      @Nullable String grace,
      Wallet wallet,
      List<ServiceRow> services,
      List<InvoiceRow> invoices) {}

  /** The ledger's accounts and what they sum to. */
  public record TrialBalance(List<TrialRow> rows, List<TrialSum> sums) {}

  /** Accounts of one code. */
  public record TrialRow(
      String account, String type, String accounts, String debit, String credit) {}

  /** One currency's sums. */
  public record TrialSum(
      String currency, String debit, String credit, boolean balanced, String difference) {}

  /**
   * Batches of vouchers.
   *
   * @param codesOf the name of the batch whose codes are shown; null for none
   */
  public record Vouchers(
      List<VoucherRow> rows,
      List<String> currencies,
      @Nullable String codesOf,
      List<Code> codes,
      String key) {}

  /** One batch. */
  public record VoucherRow(
      String id,
      String name,
      String amount,
      String codes,
      String used,
      String issued,
      String until) {}

  /**
   * One code.
   *
   * @param gone used up
   */
  public record Code(String text, boolean gone) {}

  /**
   * Prices in force, and a catalog to compare or apply.
   *
   * @param plan what it would change, or changed; null before
   * @param problem why it can't be used; null when it can
   */
  public record Prices(
      List<PriceRow> rows, String yaml, @Nullable String plan, @Nullable String problem) {}

  /** One price. */
  public record PriceRow(
      String product, String options, String price, String since, @Nullable Badge badge) {}
}

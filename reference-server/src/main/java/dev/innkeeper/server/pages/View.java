package dev.innkeeper.server.pages;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What each page shows, as text ready to be escaped. */
public final class View {
  private View() {}

  /**
   * The form to sign up, again with what was typed when something was wrong.
   *
   * @param errors by field; the empty field is the form itself
   */
  public record SignUp(
      String key,
      String name,
      String email,
      String currency,
      String zone,
      List<String> currencies,
      Map<String, String> errors) {}

  /**
   * A word about a state.
   *
   * @param tone {@code good}, {@code warn}, {@code bad} or empty
   */
  public record Badge(String tone, String text) {}

  /** A product and what it can be had as. */
  public record ProductCard(String code, String name, String billing, List<Offer> offers) {}

  /**
   * One choice of options with its price.
   *
   * @param options by name, for the form that starts it
   * @param monthly such as {@code 4.99 EUR}
   * @param setup empty when nothing is charged once
   */
  public record Offer(
      String title,
      String detail,
      Map<String, String> options,
      String currency,
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
   */
  public record ServiceRow(
      String id,
      String name,
      String detail,
      Badge status,
      Badge resource,
      String since,
      String price,
      @Nullable String address,
      @Nullable String problem,
      boolean endable) {}

  /** A customer's money. */
  public record Wallet(
      String currency,
      String cash,
      String voucher,
      String owed,
      boolean owes,
      String deployReason,
      List<Card> cards,
      List<Movement> movements,
      @Nullable String next,
      String key) {}

  /** A card on file. */
  public record Card(
      String id, String name, String expiry, boolean preferred, @Nullable Badge badge) {}

  /** One line of a wallet's history. */
  public record Movement(
      String at, String what, String account, String amount, boolean plus, String balance) {}

  /** One line of a list of invoices. */
  public record InvoiceRow(
      String id,
      String customerId,
      String customer,
      String number,
      String period,
      String issued,
      String due,
      String total,
      String open,
      Badge status) {}

  /** A list of invoices. */
  public record Invoices(List<InvoiceRow> rows, @Nullable String next) {}

  /** One invoice as issued, and what became of it. */
  public record Invoice(
      InvoiceRow head,
      List<String> seller,
      List<String> buyer,
      List<InvoiceLine> lines,
      List<String[]> taxes,
      String net,
      String settled,
      String credited,
      boolean payable,
      @Nullable String note,
      String key) {}

  /** One line of an invoice. */
  public record InvoiceLine(
      String description, String interval, String explanation, String quantity, String amount) {}

  /** A customer in a list. */
  public record CustomerRow(String id, String name, String email, String since, String currency) {}

  /** Customers found. */
  public record Customers(List<CustomerRow> rows, String search, @Nullable String next) {}

  /** One customer, for an admin. */
  public record Customer(
      CustomerRow head,
      String zone,
      Wallet wallet,
      List<ServiceRow> services,
      List<InvoiceRow> invoices) {}

  /** The ledger's accounts and what they sum to. */
  public record TrialBalance(List<TrialRow> rows, List<TrialSum> sums) {}

  /** One account of the trial balance. */
  public record TrialRow(
      String account, String type, String currency, String debit, String credit) {}

  /** One currency's sums. */
  public record TrialSum(String currency, String debit, String credit, boolean balanced) {}

  /** Vouchers issued. */
  public record Vouchers(
      List<VoucherRow> rows, List<String> currencies, List<String> fresh, String key) {}

  /** One voucher. */
  public record VoucherRow(
      String code, String value, String uses, String issued, String expires, Badge status) {}

  /** Prices as they are, and the form to raise one. */
  public record Prices(List<PriceRow> rows, String yaml, @Nullable String plan) {}

  /** One price in force. */
  public record PriceRow(String product, String options, String price, String since, String sold) {}
}

package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.money.Currency;
import java.util.Locale;
import java.util.UUID;

/** The chart of accounts: the names that every part of the engine books under. */
public final class Accounts {
  /** The owner of the business's own accounts. */
  public static final UUID HOUSE = new UUID(0, 0);

  private Accounts() {}

  /** A customer's prepaid money; never below zero. */
  public static AccountId cash(UUID customer, Currency currency) {
    return new AccountId(customer, "cash", currency);
  }

  /** A customer's promotional credit; never below zero, never paid out. */
  public static AccountId voucher(UUID customer, Currency currency) {
    return new AccountId(customer, "voucher", currency);
  }

  /** What a customer owes from issued invoices. */
  public static AccountId receivable(UUID customer, Currency currency) {
    return new AccountId(customer, "receivable", currency);
  }

  /** Refundable pledges to a campaign. */
  public static AccountId pledged(UUID campaign, Currency currency) {
    return new AccountId(campaign, "pledged", currency);
  }

  /** A campaign's deposited money. */
  public static AccountId funds(UUID campaign, Currency currency) {
    return new AccountId(campaign, "funds", currency);
  }

  /** What was earned with a product. */
  public static AccountId revenue(String product, Currency currency) {
    return new AccountId(HOUSE, "revenue/" + product, currency);
  }

  /** Money that a payment provider holds for us. */
  public static AccountId gateway(String provider, Currency currency) {
    return new AccountId(HOUSE, "gateway/" + provider, currency);
  }

  /** What given-away credit costs us. */
  public static AccountId promotion(Currency currency) {
    return new AccountId(HOUSE, "promotion", currency);
  }

  /**
   * Tax collected for a jurisdiction.
   *
   * @param jurisdiction such as {@code DE}; upper and lower case name the same account
   */
  public static AccountId tax(String jurisdiction, Currency currency) {
    return new AccountId(HOUSE, "tax/" + jurisdiction.toLowerCase(Locale.ROOT), currency);
  }

  /** What a payment provider charged us. */
  public static AccountId fee(String provider, Currency currency) {
    return new AccountId(HOUSE, "fee/" + provider, currency);
  }

  /** Debt we gave up on. */
  public static AccountId writeoff(Currency currency) {
    return new AccountId(HOUSE, "writeoff", currency);
  }

  /** What running things cost us. */
  public static AccountId cost(String source, Currency currency) {
    return new AccountId(HOUSE, "cost/" + source, currency);
  }

  /** What we owe a partner, such as a share of revenue. */
  public static AccountId payable(String payee, Currency currency) {
    return new AccountId(HOUSE, "payable/" + payee, currency);
  }
}

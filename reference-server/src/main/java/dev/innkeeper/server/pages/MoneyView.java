package dev.innkeeper.server.pages;

import dev.innkeeper.server.pages.Layout.Link;
import dev.innkeeper.server.pages.View.Badge;
import dev.innkeeper.server.pages.View.Choice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the pages about money show, as text ready to be escaped. */
public final class MoneyView {
  private MoneyView() {}

  /**
   * A wallet over time, drawn into 640 × 160.
   *
   * @param past points of what was there
   * @param ahead points of what is expected
   * @param most what the top of the drawing stands for
   */
  public record Chart(
      String past, String ahead, String from, String now, String to, String most, String summary) {}

  /**
   * What a customer's wallet page shows beyond the balances.
   *
   * @param held cash that is kept back; null for none
   * @param rule what happens when the wallet runs low; null for nothing
   */
  public record WalletExtras(
      Chart chart,
      @Nullable String held,
      List<Redeemed> coupons,
      List<Wish> wishes,
      @Nullable String rule,
      List<Choice> cards,
      String requestKey) {}

  /** A coupon somebody redeemed. */
  public record Redeemed(
      String code, String discount, String until, String takenOff, Badge state) {}

  /** A wish for credit. */
  public record Wish(
      String href,
      String customer,
      String amount,
      String bare,
      String currency,
      String reason,
      String asked,
      @Nullable String answer,
      Badge state) {}

  /** Coupons, and the form for another. */
  public record Coupons(List<CouponRow> rows, List<String> currencies, String key) {}

  /**
   * One coupon.
   *
   * @param withdrawable whether it can still be withdrawn
   */
  public record CouponRow(
      String id,
      String code,
      String name,
      String discount,
      String products,
      String lasts,
      String redeemed,
      String until,
      Badge state,
      boolean withdrawable) {}

  /** Everybody's charges. */
  public record Payments(List<PaymentRow> rows, List<Link> states, @Nullable String next) {}

  /**
   * One charge.
   *
   * @param refundable what can be sent back, without its currency; null for nothing
   * @param key makes sending the form twice harmless
   */
  public record PaymentRow(
      String id,
      String customerHref,
      String customer,
      String what,
      String at,
      String amount,
      String fee,
      Badge state,
      String note,
      @Nullable String refundable,
      String key) {}

  /** What an operator can do with one customer's money. */
  public record CustomerMoney(
      String id, String currency, List<PaymentRow> payments, List<Choice> invoices, String key) {}

  /** Customers in grace. */
  public record Reminders(List<ReminderRow> rows) {}

  /** One of them, and what comes next. */
  public record ReminderRow(
      String href,
      String customer,
      String policy,
      String since,
      String next,
      String at,
      Badge state) {}

  /** What waits for a person. */
  public record Matters(
      List<Wish> wishes,
      List<PayoutRow> payouts,
      List<PaymentRow> payments,
      List<ParkedRow> customers,
      List<ParkedRow> events) {
    public boolean none() {
      return wishes.isEmpty()
          && payouts.isEmpty()
          && payments.isEmpty()
          && customers.isEmpty()
          && events.isEmpty();
    }
  }

  /**
   * Money to be sent.
   *
   * @param sendingBy the provider that is about to; empty when somebody has to
   */
  public record PayoutRow(
      String href,
      String customerHref,
      String customer,
      String amount,
      String reason,
      String at,
      String sendingBy) {}

  /** Something that was given up on until somebody looks. */
  public record ParkedRow(
      String href, String customerHref, String customer, String what, String why) {}
}

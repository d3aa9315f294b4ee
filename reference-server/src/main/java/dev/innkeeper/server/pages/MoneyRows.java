package dev.innkeeper.server.pages;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.dunning.GraceStatus;
import dev.innkeeper.billing.event.ParkedEvent;
import dev.innkeeper.billing.invoice.ParkedCustomer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.payment.Payment;
import dev.innkeeper.billing.payment.PaymentState;
import dev.innkeeper.billing.payment.Payout;
import dev.innkeeper.billing.promotion.Coupon;
import dev.innkeeper.billing.promotion.CouponRedemption;
import dev.innkeeper.billing.promotion.CouponTerms;
import dev.innkeeper.billing.promotion.VoucherRequest;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** Lines of the tables about money. */
final class MoneyRows {
  private static final int PAYMENTS_MAX = 50;

  private final BillingEngine engine;

  MoneyRows(BillingEngine engine) {
    this.engine = engine;
  }

  /** What an admin can do about one customer's money. */
  MoneyView.CustomerMoney of(Customer customer) {
    List<Payment> found = engine.payments().list(customer.id(), null, PAYMENTS_MAX);
    List<View.Choice> invoices = new ArrayList<>();
    invoices.add(new View.Choice("", "What is open"));
    engine
        .invoices()
        .open(customer.id())
        .forEach(
            i ->
                invoices.add(
                    new View.Choice(
                        i.id().toString(), i.number() + ", " + Show.amount(i.open()) + " open")));
    return new MoneyView.CustomerMoney(
        customer.id().toString(),
        customer.currency().code(),
        payments(found, Map.of(customer.id(), customer.name())),
        invoices,
        UUID.randomUUID().toString());
  }

  private static String href(UUID customerId) {
    return "/admin/customers/" + customerId;
  }

  private static String name(Map<UUID, String> names, UUID customerId) {
    return names.getOrDefault(customerId, customerId.toString());
  }

  List<MoneyView.PaymentRow> payments(List<Payment> payments, Map<UUID, String> names) {
    return payments.stream().map(p -> payment(p, names)).toList();
  }

  private MoneyView.PaymentRow payment(Payment payment, Map<UUID, String> names) {
    Amount refundable =
        payment
            .refundable()
            .min(engine.wallets().of(payment.customerId(), payment.amount().currency()).cash());
    String note =
        payment.refunded().isPositive()
            ? Show.amount(payment.refunded()) + " refunded"
            : payment.disputed().isPositive()
                ? Show.amount(payment.disputed()) + " disputed"
                : payment.message() == null ? "" : payment.message();
    return new MoneyView.PaymentRow(
        payment.id().toString(),
        href(payment.customerId()),
        name(names, payment.customerId()),
        payment.description(),
        Show.minute(payment.recordedAt(), ZoneOffset.UTC),
        Show.amount(payment.amount()),
        payment.fee().isZero() ? "–" : Show.amount(payment.fee()),
        state(payment.state()),
        "by " + payment.provider() + (note.isEmpty() ? "" : ": " + note),
        refundable.isPositive() ? refundable.toPlainString() : null,
        UUID.randomUUID().toString());
  }

  private static View.Badge state(PaymentState state) {
    String tone =
        switch (state) {
          case SUCCEEDED -> "good";
          case DECLINED -> "bad";
          case UNKNOWN, ACTION_REQUIRED, CALLING, RECORDED -> "warn";
          case CANCELLED -> "";
        };
    return new View.Badge(tone, Show.words(state.name()));
  }

  static MoneyView.ReminderRow reminder(GraceStatus grace, Map<UUID, String> names) {
    Instant nextAt = grace.nextAt();
    return new MoneyView.ReminderRow(
        href(grace.customerId()),
        name(names, grace.customerId()),
        grace.policy(),
        Show.date(grace.startedAt(), ZoneOffset.UTC),
        grace.nextAction() == null ? "–" : Show.words(grace.nextAction().name()),
        nextAt == null ? "–" : Show.minute(nextAt, ZoneOffset.UTC),
        grace.suspended()
            ? new View.Badge("bad", "Suspended")
            : new View.Badge("warn", "Reminded"));
  }

  MoneyView.Wish wish(VoucherRequest wish, Map<UUID, String> names) {
    return new MoneyView.Wish(
        href(wish.customerId()) + "/requests/" + wish.id(),
        name(names, wish.customerId()),
        Show.amount(wish.granted() == null ? wish.amount() : wish.granted()),
        wish.amount().toPlainString(),
        wish.amount().currency().code(),
        wish.reason(),
        Show.date(wish.requestedAt(), ZoneOffset.UTC),
        wish.answer(),
        switch (wish.state()) {
          case WAITING -> new View.Badge("warn", "Waiting");
          case APPROVED -> new View.Badge("good", "Granted");
          case REJECTED -> new View.Badge("bad", "Turned down");
        });
  }

  static MoneyView.PayoutRow payout(Payout payout, Map<UUID, String> names) {
    return new MoneyView.PayoutRow(
        href(payout.customerId()) + "/payouts/" + payout.id(),
        href(payout.customerId()),
        name(names, payout.customerId()),
        Show.amount(payout.amount()),
        payout.reason(),
        Show.date(payout.recordedAt(), ZoneOffset.UTC),
        payout.state() == Payout.State.SENDING ? String.valueOf(payout.channel()) : "");
  }

  static MoneyView.ParkedRow parked(ParkedCustomer parked, Map<UUID, String> names) {
    return new MoneyView.ParkedRow(
        href(parked.customerId()) + "/release",
        href(parked.customerId()),
        name(names, parked.customerId()),
        "Left out of billing",
        parked.reason());
  }

  static MoneyView.ParkedRow parked(ParkedEvent parked, Map<UUID, String> names) {
    UUID customerId = parked.event().customerId();
    return new MoneyView.ParkedRow(
        href(customerId) + "/events/" + parked.event().seq() + "/replay",
        href(customerId),
        name(names, customerId),
        parked.event().type(),
        String.join(", ", parked.hooks()) + ": " + parked.lastError());
  }

  static MoneyView.Redeemed redeemed(CouponRedemption redemption, ZoneId zone) {
    Instant untilAt = redemption.untilAt();
    boolean ended = redemption.endedAt() != null;
    return new MoneyView.Redeemed(
        redemption.coupon().code(),
        redemption.coupon().terms().label(),
        untilAt == null
            ? (redemption.coupon().terms().lasts() == CouponTerms.Lasts.ONCE
                ? "one invoice"
                : "for ever")
            : "until " + Show.date(untilAt.minusNanos(1), zone),
        redemption.takenOff().stream().map(Show::amount).collect(Collectors.joining(", ")),
        ended ? new View.Badge("", "Used") : new View.Badge("good", "Active"));
  }

  static MoneyView.CouponRow coupon(Coupon coupon, Instant now) {
    CouponTerms terms = coupon.terms();
    Instant until = coupon.validUntil();
    boolean over = until != null && !until.isAfter(now);
    boolean usedUp =
        coupon.redemptionsMax() != null && coupon.redemptions() >= coupon.redemptionsMax();
    View.Badge state =
        coupon.withdrawnAt() != null
            ? new View.Badge("", "Withdrawn")
            : over
                ? new View.Badge("", "Expired")
                : usedUp ? new View.Badge("", "Used up") : new View.Badge("good", "Active");
    return new MoneyView.CouponRow(
        coupon.id().toString(),
        coupon.code(),
        coupon.name(),
        terms.label() + (terms.stacking() == CouponTerms.Stacking.ALONE ? ", not with others" : ""),
        terms.products().isEmpty()
            ? "all"
            : terms.products().stream().sorted().collect(Collectors.joining(", ")),
        switch (terms.lasts()) {
          case ONCE -> "one invoice";
          case PERIODS -> terms.periods() + " periods";
          case FOREVER -> "for ever";
        },
        coupon.redemptions()
            + (coupon.redemptionsMax() == null ? "" : " of " + coupon.redemptionsMax()),
        until == null ? "for ever" : Show.date(until, ZoneOffset.UTC),
        state,
        coupon.withdrawnAt() == null);
  }
}

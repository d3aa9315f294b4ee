package dev.innkeeper.server.mail;

import dev.innkeeper.billing.dunning.AccountExpired;
import dev.innkeeper.billing.dunning.AccountExpiring;
import dev.innkeeper.billing.dunning.CreditEnding;
import dev.innkeeper.billing.dunning.GraceEnding;
import dev.innkeeper.billing.dunning.GraceReminder;
import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventLog;
import dev.innkeeper.billing.invoice.InvoiceIssued;
import dev.innkeeper.billing.invoice.InvoicePaid;
import dev.innkeeper.billing.payment.PaymentActionRequired;
import dev.innkeeper.billing.payment.PaymentFailed;
import dev.innkeeper.billing.payment.PaymentMethodDisabled;
import dev.innkeeper.billing.payment.PaymentMethodExpiring;
import dev.innkeeper.billing.payment.PaymentRefunded;
import dev.innkeeper.billing.payment.PayoutSent;
import dev.innkeeper.billing.payment.WalletLow;
import dev.innkeeper.billing.payment.WalletToppedUp;
import dev.innkeeper.billing.promotion.VoucherApproved;
import dev.innkeeper.billing.promotion.VoucherExpired;
import dev.innkeeper.billing.promotion.VoucherRejected;
import dev.innkeeper.billing.subscription.PrepaidDepleted;
import dev.innkeeper.billing.subscription.PriceChanged;
import dev.innkeeper.billing.subscription.SubscriptionResumed;
import dev.innkeeper.billing.subscription.SubscriptionSuspended;
import dev.innkeeper.billing.subscription.SubscriptionTerminated;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which events are told by mail. A new one is a line here and a section in each language's file.
 */
final class MailRules {
  /** What goes with a mail. */
  enum Enclosed {
    NOTHING,
    /** The invoices that the event names, as PDF. */
    INVOICES
  }

  /** An event that is told by mail. */
  record Rule(Class<? extends BillingEvent> event, Enclosed enclosed) {
    String type() {
      return EventLog.typeOf(event);
    }
  }

  private static final List<Rule> RULES =
      List.of(
          new Rule(InvoiceIssued.class, Enclosed.INVOICES),
          new Rule(InvoicePaid.class, Enclosed.INVOICES),
          new Rule(WalletToppedUp.class, Enclosed.NOTHING),
          new Rule(PaymentRefunded.class, Enclosed.NOTHING),
          new Rule(PaymentFailed.class, Enclosed.NOTHING),
          new Rule(PaymentActionRequired.class, Enclosed.NOTHING),
          new Rule(PaymentMethodDisabled.class, Enclosed.NOTHING),
          new Rule(PaymentMethodExpiring.class, Enclosed.NOTHING),
          new Rule(PayoutSent.class, Enclosed.NOTHING),
          new Rule(WalletLow.class, Enclosed.NOTHING),
          new Rule(CreditEnding.class, Enclosed.NOTHING),
          new Rule(PrepaidDepleted.class, Enclosed.NOTHING),
          new Rule(VoucherApproved.class, Enclosed.NOTHING),
          new Rule(VoucherRejected.class, Enclosed.NOTHING),
          new Rule(VoucherExpired.class, Enclosed.NOTHING),
          new Rule(GraceReminder.class, Enclosed.INVOICES),
          new Rule(GraceEnding.class, Enclosed.INVOICES),
          new Rule(AccountExpiring.class, Enclosed.INVOICES),
          new Rule(AccountExpired.class, Enclosed.NOTHING),
          new Rule(PriceChanged.class, Enclosed.NOTHING),
          new Rule(SubscriptionSuspended.class, Enclosed.NOTHING),
          new Rule(SubscriptionResumed.class, Enclosed.NOTHING),
          new Rule(SubscriptionTerminated.class, Enclosed.NOTHING));

  private static final Map<String, Rule> BY_TYPE = byType();

  private MailRules() {}

  private static Map<String, Rule> byType() {
    Map<String, Rule> rules = new LinkedHashMap<>();
    RULES.forEach(rule -> rules.put(rule.type(), rule));
    return Collections.unmodifiableMap(rules);
  }

  static List<Rule> all() {
    return RULES;
  }

  static Optional<Rule> of(String eventType) {
    return Optional.ofNullable(BY_TYPE.get(eventType));
  }
}

package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.customer.Customers;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.event.EventLog;
import dev.innkeeper.billing.invoice.InvoicePayment;
import dev.innkeeper.billing.invoice.Invoices;
import dev.innkeeper.billing.invoice.PaymentSource;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.ledger.Ledger;
import dev.innkeeper.billing.ledger.Transfer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.spi.ChargeResult;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Books what a provider says of an attempt, whoever brings the news and however often. States only
 * move forward: money that was taken stays taken, and the posting carries the attempt's own id.
 */
final class ChargeOutcomes {
  /** How long a customer may take to answer the bank, from when the provider was first asked. */
  private static final Duration ACTION_TIME = Duration.ofHours(23);

  /** The least between two looks at what waits for its customer. */
  private static final Duration ACTION_PAUSE = Duration.ofMinutes(10);

  private static final Logger LOG = LoggerFactory.getLogger(ChargeOutcomes.class);

  private final Database db;
  private final EventLog events;
  private final Clock clock;
  private final Ledger ledger;
  private final Customers customers;
  private final Invoices invoices;
  private final PaymentBook book;
  private final MethodBook methods;
  private final SettlementPass pass;

  ChargeOutcomes(PaymentCore core, PaymentBook book, MethodBook methods, SettlementPass pass) {
    this.db = core.db();
    this.events = core.events();
    this.clock = core.clock();
    this.ledger = core.ledger();
    this.customers = core.customers();
    this.invoices = core.invoices();
    this.book = book;
    this.methods = methods;
    this.pass = pass;
  }

  /**
   * Books the result, and settles anew what that makes possible or necessary, in one transaction.
   *
   * @return attempts recorded by the new settlement
   */
  List<Recorded> apply(UUID customerId, UUID paymentId, ChargeResult result) {
    return db.tx(
        handle -> {
          customers.lock(customerId);
          Payment payment = book.lock(customerId, paymentId);
          if (result instanceof ChargeResult.Succeeded succeeded
              && isOfCurrency(payment, succeeded)) {
            return succeeded(handle, payment, succeeded);
          }
          if (payment.state().isFinal()) {
            return List.of();
          }
          if (result instanceof ChargeResult.Declined declined) {
            return declined(handle, payment, declined);
          }
          if (result instanceof ChargeResult.ActionRequired action) {
            actionRequired(payment, action);
          } else if (result instanceof ChargeResult.Unknown unknown) {
            book.unknown(payment, unknown);
          } else if (result instanceof ChargeResult.Succeeded) {
            book.unknown(payment, new ChargeResult.Unknown(null, "another currency was taken"));
          } else {
            book.unknown(payment, new ChargeResult.Unknown(null, "the provider has no record"));
          }
          return List.of();
        });
  }

  /**
   * What to ask a provider for.
   *
   * @param payment the caller's to ask for; null when somebody else asks, or nobody any more
   * @param instead attempts that were recorded because this one ended
   */
  record Claim(@Nullable Payment payment, List<Recorded> instead) {
    private static final Claim NOTHING = new Claim(null, List.of());
  }

  /**
   * Takes a recorded attempt to ask the provider for it: only one caller gets it. It ends instead
   * when less is open of its invoice than it asks for, which may have been paid in another way,
   * credited or given up since; what is open is settled anew.
   */
  Claim claim(UUID customerId, UUID paymentId) {
    return claim(customerId, paymentId, PaymentState.RECORDED::equals);
  }

  /** {@link #claim} for an attempt that the provider was asked for, and has no record of. */
  Claim claimAgain(UUID customerId, UUID paymentId) {
    return claim(customerId, paymentId, state -> !state.isFinal());
  }

  private Claim claim(UUID customerId, UUID paymentId, Predicate<PaymentState> mayAsk) {
    return db.tx(
        handle -> {
          customers.lock(customerId);
          Payment payment = book.lock(customerId, paymentId);
          if (!mayAsk.test(payment.state())) {
            return Claim.NOTHING;
          }
          if (!payment.isTopUp() && openOf(handle, payment).compareTo(payment.amount()) < 0) {
            book.notNeeded(payment);
            return new Claim(null, settleAgain(handle, payment));
          }
          if (payment.state() == PaymentState.RECORDED) {
            book.calling(payment);
          }
          return new Claim(payment, List.of());
        });
  }

  /**
   * Ends an attempt of which it is certain that it never took money and never will, and settles
   * anew without it.
   */
  List<Recorded> cancelled(UUID customerId, UUID paymentId, String why) {
    return db.tx(
        handle -> {
          customers.lock(customerId);
          Payment payment = book.lock(customerId, paymentId);
          if (payment.state().isFinal()) {
            return List.of();
          }
          book.cancelled(payment, why);
          return payment.isTopUp() ? List.of() : settleAgain(handle, payment);
        });
  }

  /** {@link #cancelled} for somebody who is about to pay in another way: nothing is settled. */
  void givenUp(UUID customerId, UUID paymentId, String why) {
    db.run(
        handle -> {
          customers.lock(customerId);
          Payment payment = book.lock(customerId, paymentId);
          if (!payment.state().isFinal()) {
            book.cancelled(payment, why);
          }
        });
  }

  /** Money of another currency settles nothing: somebody has to look at it. */
  private static boolean isOfCurrency(Payment payment, ChargeResult.Succeeded result) {
    boolean isSame = result.amount().currency().equals(payment.amount().currency());
    if (!isSame) {
      LOG.error(
          "provider {} took {} for payment {} of {}: look at it",
          payment.provider(),
          result.amount(),
          payment.id(),
          payment.amount());
    }
    return isSame;
  }

  private List<Recorded> succeeded(Handle handle, Payment payment, ChargeResult.Succeeded result) {
    if (payment.state() == PaymentState.SUCCEEDED) {
      feeKnownLater(payment, result);
      return List.of();
    }
    if (!result.amount().equals(payment.amount())) {
      LOG.error(
          "provider {} took {} for payment {}, not {}: booked as taken",
          payment.provider(),
          result.amount(),
          payment.id(),
          payment.amount());
    }
    Amount toInvoice = openOf(handle, payment).min(result.amount());
    Amount toCash = result.amount().minus(toInvoice);
    Currency currency = result.amount().currency();
    Transfer.Builder transfer =
        Transfer.builder(payment.id(), payment.isTopUp() ? "top-up" : "card-payment")
            .debit(Accounts.gateway(payment.provider(), currency), result.amount())
            .meta("reference", result.reference());
    if (toInvoice.isPositive()) {
      transfer.credit(Accounts.receivable(payment.customerId(), currency), toInvoice);
    }
    if (toCash.isPositive()) {
      transfer.credit(Accounts.cash(payment.customerId(), currency), toCash);
    }
    ledger.require(transfer.build());
    bookFee(payment, result);
    book.succeeded(payment, result);
    UUID invoiceId = payment.invoiceId();
    if (invoiceId != null && toInvoice.isPositive()) {
      invoices.settle(
          List.of(
              new InvoicePayment(payment.customerId(), invoiceId, toInvoice, PaymentSource.CARD)));
    }
    events.append(
        new PaymentSucceeded(
            payment.customerId(),
            payment.id(),
            invoiceId,
            labelOf(handle, payment),
            result.amount()));
    if (payment.isTopUp()) {
      events.append(new WalletToppedUp(payment.customerId(), payment.id(), result.amount()));
    }
    return settleAgain(handle, payment);
  }

  /** A provider may know only after the charge what it keeps of it. */
  private void feeKnownLater(Payment payment, ChargeResult.Succeeded result) {
    Amount fee = result.fee();
    if (fee != null && fee.isPositive() && payment.fee().isZero()) {
      bookFee(payment, result);
      book.fee(payment, fee);
    }
  }

  private void bookFee(Payment payment, ChargeResult.Succeeded result) {
    Amount fee = result.fee();
    if (fee != null && fee.isPositive()) {
      ledger.require(
          Transfer.builder(derivedId("fee", payment.id()), "provider-fee")
              .debit(Accounts.fee(payment.provider(), fee.currency()), fee)
              .credit(Accounts.gateway(payment.provider(), fee.currency()), fee)
              .meta("payment", payment.id().toString())
              .build());
    }
  }

  private List<Recorded> declined(Handle handle, Payment payment, ChargeResult.Declined result) {
    book.declined(payment, result);
    events.append(
        new PaymentFailed(
            payment.customerId(),
            payment.id(),
            payment.invoiceId(),
            labelOf(handle, payment),
            payment.amount(),
            result.code(),
            result.message()));
    UUID methodId = payment.methodId();
    if (methodId != null && result.kind() == ChargeResult.DeclineKind.HARD) {
      methods.disable(payment.customerId(), methodId, result.code());
    }
    return payment.isTopUp() ? List.of() : settleAgain(handle, payment);
  }

  private void actionRequired(Payment payment, ChargeResult.ActionRequired result) {
    boolean isNews = payment.state() != PaymentState.ACTION_REQUIRED;
    Instant now = clock.instant();
    Instant called = payment.calledAt() == null ? now : payment.calledAt();
    Instant until = called.plus(ACTION_TIME);
    Instant soonest = now.plus(ACTION_PAUSE);
    book.actionRequired(payment, result, until.isBefore(soonest) ? soonest : until);
    if (isNews) {
      events.append(
          new PaymentActionRequired(
              payment.customerId(),
              payment.id(),
              payment.invoiceId(),
              payment.amount(),
              result.actionUrl()));
    }
  }

  private List<Recorded> settleAgain(Handle handle, Payment payment) {
    return pass.run(handle, pass.all(List.of(payment.customerId()), DueRows.HEAD_START));
  }

  private static Amount openOf(Handle handle, Payment payment) {
    UUID invoiceId = payment.invoiceId();
    if (invoiceId == null) {
      return Amount.zero(payment.amount().currency());
    }
    long openMinor =
        handle
            .createQuery(
                "select open from @.invoice where customer_id = :c and id = :id"
                    + " and status = 'OPEN' and currency = :currency for no key update")
            .bind("c", payment.customerId())
            .bind("id", invoiceId)
            .bind("currency", payment.amount().currency().code())
            .mapTo(Long.class)
            .findOne()
            .orElse(0L);
    return Amount.ofMinor(openMinor, payment.amount().currency());
  }

  private static String labelOf(Handle handle, Payment payment) {
    return handle
        .createQuery(
            "select brand || ' …' || last4 from @.payment_method"
                + " where customer_id = :c and id = cast(:id as uuid)")
        .bind("c", payment.customerId())
        .bind("id", payment.methodId())
        .mapTo(String.class)
        .findOne()
        .orElse(payment.provider());
  }

  /** The id of a posting that belongs to something and can happen to it once. */
  static UUID derivedId(String kind, UUID id) {
    return derivedId(kind, id.toString());
  }

  static UUID derivedId(String kind, String id) {
    return UUID.nameUUIDFromBytes((kind + ":" + id).getBytes(StandardCharsets.UTF_8));
  }
}

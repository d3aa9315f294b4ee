package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.db.OwnedRows;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.ledger.Transfer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.spi.OutgoingResult;
import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.payment.spi.ProviderNotice.RefundChanged;
import dev.innkeeper.billing.payment.spi.RefundRequest;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.problem.NotFound;
import dev.innkeeper.billing.work.DueWork;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends money from the wallet back to the card it came from. The wallet pays first; if the provider
 * refuses, the wallet gets it back, less what was written off meanwhile. Voucher credit never
 * leaves this way, because only cash can be refunded. Thread-safe.
 */
public final class Refunds implements DueWork {
  private static final int BATCH = 50;
  private static final Logger LOG = LoggerFactory.getLogger(Refunds.class);
  private static final int PAGE_MAX = 500;
  private static final OwnedRows<Refund> ROWS =
      new OwnedRows<>(
          "@.refund",
          "customer_id, id, payment_id, provider, charge_reference, amount_minor, currency, reason,"
              + " origin, state, reference, message, recorded_at, called_at",
          (row, context) -> refund(row));

  private final PaymentCore core;
  private final Providers providers;
  private final PaymentBook book;
  private final Settlement settlement;
  private final TakeBack takeBack;

  Refunds(PaymentCore core, Providers providers, PaymentBook book, Settlement settlement) {
    this.core = core;
    this.providers = providers;
    this.book = book;
    this.settlement = settlement;
    this.takeBack = new TakeBack(core);
  }

  /**
   * Refunds a payment or a part of it from the customer's cash.
   *
   * @param amount above zero, at most what is left of the payment and what the wallet holds in cash
   * @param reason for the record, 1 to 200 characters
   * @param key a repeat with the same key and content finds the first refund
   * @return the refund as it is when the provider has answered
   * @throws IllegalStateException inside a transaction: the provider is called
   * @throws NotFound when the customer has no such payment
   * @throws NotAllowed with code {@code not-refundable} when it is more than is left of the
   *     payment, {@code insufficient-funds} when the wallet holds less
   */
  public Refund refund(UUID customerId, UUID paymentId, Amount amount, String reason, String key) {
    core.db().requireNoTransaction();
    record Request(UUID paymentId, Amount amount, String reason) {}
    UUID id =
        core.commands()
            .once(
                customerId,
                "refund:" + key,
                new Request(paymentId, amount, reason),
                UUID.class,
                () -> record(customerId, paymentId, amount, reason));
    run(customerId, id);
    return get(customerId, id);
  }

  /** Records a refund, in the current transaction or one of its own. */
  UUID record(UUID customerId, UUID paymentId, Amount amount, String reason) {
    if (reason.isBlank() || reason.length() > 200) {
      throw new InvalidInput("reason", "must have 1 to 200 characters");
    }
    return core.db()
        .tx(
            handle -> {
              core.customers().lock(customerId);
              // The customer's lock keeps the payment as it is: whoever changes it takes that
              // first.
              Payment payment =
                  book.find(customerId, paymentId)
                      .orElseThrow(() -> new NotFound("payment", paymentId.toString()));
              requireRefundable(payment, amount);
              UUID id = core.ids().next();
              Currency currency = amount.currency();
              core.ledger()
                  .require(
                      Transfer.builder(id, "refund")
                          .debit(Accounts.cash(customerId, currency), amount)
                          .credit(Accounts.gateway(payment.provider(), currency), amount)
                          .meta("payment", paymentId.toString())
                          .build());
              book.addRefunded(payment, amount);
              insert(handle, payment, id, amount, reason);
              return id;
            });
  }

  private void requireRefundable(Payment payment, Amount amount) {
    if (!amount.currency().equals(payment.amount().currency()) || !amount.isPositive()) {
      throw new InvalidInput("amount", "must be above zero and in " + payment.amount().currency());
    }
    boolean able =
        providers
            .get(payment.provider())
            .capabilities()
            .contains(PaymentProvider.Capability.REFUND);
    if (!able || amount.compareTo(payment.refundable()) > 0) {
      throw new NotAllowed(
          "not-refundable",
          able
              ? "at most " + payment.refundable() + " of the payment can be refunded"
              : "the provider " + payment.provider() + " can't refund");
    }
  }

  private void insert(Handle handle, Payment payment, UUID id, Amount amount, String reason) {
    Instant now = core.clock().instant();
    handle
        .createUpdate(
            "insert into @.refund (customer_id, id, payment_id, provider, charge_reference,"
                + " amount_minor, currency, reason, origin, state, recorded_at, next_at) values"
                + " (:c, :id, :payment, :provider, :charge, :amount, :currency, :reason, 'ENGINE',"
                + " 'RECORDED', :now, :next)")
        .bind("c", payment.customerId())
        .bind("id", id)
        .bind("payment", payment.id())
        .bind("provider", payment.provider())
        .bind("charge", payment.reference())
        .bind("amount", amount.minorUnits())
        .bind("currency", amount.currency().code())
        .bind("reason", reason)
        .bind("now", at(now))
        .bind("next", at(now.plus(DueRows.HEAD_START)))
        .execute();
  }

  /** Asks the provider, if nobody did yet. */
  void run(UUID customerId, UUID id) {
    boolean claimed =
        core.db()
            .tx(
                handle ->
                    DueRows.claimForCall(handle, ROWS, customerId, id, core.clock().instant()));
    if (claimed) {
      Refund refund = get(customerId, id);
      apply(refund, ask(refund, (provider, request) -> provider.refund(request)));
    }
  }

  private interface Question {
    OutgoingResult ask(PaymentProvider provider, RefundRequest request);
  }

  private OutgoingResult ask(Refund refund, Question question) {
    core.db().requireNoTransaction();
    if (!providers.has(refund.provider())) {
      return new OutgoingResult.Unknown("the provider is not configured");
    }
    Instant calledAt = refund.calledAt();
    RefundRequest request =
        new RefundRequest(
            refund.id(),
            refund.chargeReference(),
            refund.amount(),
            calledAt == null ? core.clock().instant() : calledAt);
    try {
      return question.ask(providers.get(refund.provider()), request);
    } catch (RuntimeException e) {
      LOG.warn("provider {} failed on refund {}", refund.provider(), refund.id(), e);
      return new OutgoingResult.Unknown(e.getClass().getSimpleName());
    }
  }

  private void apply(Refund seen, OutgoingResult result) {
    core.db()
        .run(
            handle -> {
              core.customers().lock(seen.customerId());
              Refund refund = get(seen.customerId(), seen.id());
              boolean returned =
                  refund.state() == Refund.State.SUCCEEDED
                      && result instanceof OutgoingResult.Refused;
              boolean ended =
                  refund.state() == Refund.State.SUCCEEDED
                      || refund.state() == Refund.State.REFUSED;
              if (ended && !returned) {
                return;
              }
              if (result instanceof OutgoingResult.Succeeded succeeded) {
                end(handle, refund, "SUCCEEDED", succeeded.reference(), null);
                core.events()
                    .append(
                        new PaymentRefunded(
                            refund.customerId(), refund.paymentId(), refund.id(), refund.amount()));
              } else if (result instanceof OutgoingResult.Refused refused) {
                putBack(handle, refund, refused.message());
              } else {
                lookUpLater(handle, refund);
              }
            });
  }

  private void putBack(Handle handle, Refund refund, String message) {
    Currency currency = refund.amount().currency();
    end(handle, refund, "REFUSED", null, message);
    Transfer.Builder transfer =
        Transfer.builder(ChargeOutcomes.derivedId("refund-failed", refund.id()), "refund-failed")
            .debit(Accounts.gateway(refund.provider(), currency), refund.amount())
            .meta("refund", refund.id().toString());
    takeBack.giveBack(handle, transfer, refund.customerId(), refund.amount(), refund.recordedAt());
    core.ledger().require(transfer.build());
    book.addRefunded(book.lock(refund.customerId(), refund.paymentId()), refund.amount().negated());
    core.events()
        .append(
            new RefundFailed(
                refund.customerId(), refund.paymentId(), refund.id(), refund.amount(), message));
    settlement.settle(refund.customerId());
  }

  private void end(
      Handle handle,
      Refund refund,
      String state,
      @Nullable String reference,
      @Nullable String message) {
    handle
        .createUpdate(
            "update @.refund set state = :state, reference = coalesce(:reference, reference),"
                + " message = :message, finished_at = :now, next_at = null"
                + " where customer_id = :c and id = :id")
        .bind("state", state)
        .bind("reference", reference)
        .bind("message", message)
        .bind("now", at(core.clock().instant()))
        .bind("c", refund.customerId())
        .bind("id", refund.id())
        .execute();
  }

  private void lookUpLater(Handle handle, Refund refund) {
    handle
        .createUpdate(
            "update @.refund set state = 'UNKNOWN', next_at = "
                + DueRows.LATER
                + " where customer_id = :c and id = :id")
        .bind("now", at(core.clock().instant()))
        .bind("c", refund.customerId())
        .bind("id", refund.id())
        .execute();
  }

  @Override
  public String name() {
    return "refunds";
  }

  @Override
  public int runBatch(Instant now) {
    core.db().requireNoTransaction();
    List<Refund> due = core.db().tx(handle -> DueRows.claim(handle, ROWS, now, BATCH));
    for (Refund refund : due) {
      if (refund.state() == Refund.State.RECORDED) {
        run(refund.customerId(), refund.id());
      } else {
        resolve(refund);
      }
    }
    return due.size();
  }

  /** Looks up; asks again only within the time in which the provider takes it for the same. */
  private void resolve(Refund refund) {
    apply(
        refund,
        DueRows.resolve(
            () -> ask(refund, (provider, request) -> provider.lookUpRefund(request)),
            () -> isFresh(refund),
            () -> ask(refund, (provider, request) -> provider.refund(request))));
  }

  private boolean isFresh(Refund refund) {
    Instant calledAt = refund.calledAt();
    return calledAt == null
        || core.clock()
            .instant()
            .isBefore(calledAt.plus(providers.get(refund.provider()).idempotencyWindow()));
  }

  /**
   * @throws NotFound when the customer has no such refund
   */
  public Refund get(UUID customerId, UUID refundId) {
    return core.db()
        .tx(handle -> ROWS.find(handle, customerId, refundId))
        .orElseThrow(() -> new NotFound("refund", refundId.toString()));
  }

  /** The customer's refunds, newest first, at most 500. */
  public List<Refund> list(UUID customerId) {
    return core.db().tx(handle -> ROWS.newest(handle, customerId, PAGE_MAX));
  }

  /** In the transaction of a notice. */
  void apply(Handle handle, String provider, RefundChanged notice) {
    UUID refundId = notice.refundId();
    Optional<Payment> charge = book.findByReference(provider, notice.chargeReference());
    if (charge.isEmpty()) {
      return;
    }
    UUID customerId = charge.get().customerId();
    core.customers().lock(customerId);
    Optional<Refund> known =
        list(customerId).stream()
            .filter(r -> r.id().equals(refundId) || notice.reference().equals(r.reference()))
            .findFirst();
    if (known.isPresent()) {
      apply(known.get(), notice.result());
    } else if (notice.result() instanceof OutgoingResult.Succeeded) {
      external(handle, book.lock(customerId, charge.get().id()), notice);
    }
  }

  /** Somebody refunded on the provider's pages: the money is gone, so the books follow. */
  private void external(Handle handle, Payment payment, RefundChanged notice) {
    UUID id = ChargeOutcomes.derivedId("external-refund", notice.reference());
    insert(handle, payment, id, notice.amount(), "made on the provider's pages");
    handle
        .createUpdate(
            "update @.refund set origin = 'EXTERNAL', state = 'SUCCEEDED', reference = :reference,"
                + " finished_at = recorded_at, next_at = null where customer_id = :c and id = :id")
        .bind("reference", notice.reference())
        .bind("c", payment.customerId())
        .bind("id", id)
        .execute();
    takeBack.book(handle, id, "external-refund", payment, notice.amount());
    book.addRefunded(payment, notice.amount());
    core.events()
        .append(new PaymentRefunded(payment.customerId(), payment.id(), id, notice.amount()));
    settlement.settle(payment.customerId());
  }

  private static Refund refund(ResultSet row) throws SQLException {
    return new Refund(
        row.getObject("customer_id", UUID.class),
        row.getObject("id", UUID.class),
        row.getObject("payment_id", UUID.class),
        row.getString("provider"),
        row.getString("charge_reference"),
        Amount.ofMinor(row.getLong("amount_minor"), Currency.of(row.getString("currency"))),
        row.getString("reason"),
        row.getString("origin").equals("EXTERNAL"),
        Refund.State.valueOf(row.getString("state")),
        row.getString("reference"),
        row.getString("message"),
        SqlValues.instant(row, "recorded_at"),
        SqlValues.instantOrNull(row, "called_at"));
  }

  private static OffsetDateTime at(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}

package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.ledger.Transfer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.payment.spi.ProviderNotice.DisputeChanged;
import dev.innkeeper.billing.payment.spi.ProviderNotice.DisputeState;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * Books what banks decide about disputed charges. Notices may come twice and in any order: a closed
 * dispute stays closed.
 */
final class Disputes {
  private final PaymentCore core;
  private final PaymentBook book;
  private final SettlementPass pass;
  private final TakeBack takeBack;

  Disputes(PaymentCore core, PaymentBook book, SettlementPass pass) {
    this.core = core;
    this.book = book;
    this.pass = pass;
    this.takeBack = new TakeBack(core);
  }

  /** In the transaction of the notice; gives the attempts that a new settlement recorded. */
  List<Recorded> apply(Handle handle, String provider, DisputeChanged notice) {
    Optional<Payment> found = book.findByReference(provider, notice.chargeReference());
    if (found.isEmpty()) {
      return List.of();
    }
    core.customers().lock(found.get().customerId());
    Payment payment = book.lock(found.get().customerId(), found.get().id());
    Optional<DisputeState> before =
        handle
            .createQuery(
                "select state from @.dispute where customer_id = :c and provider = :provider"
                    + " and reference = :reference")
            .bind("c", payment.customerId())
            .bind("provider", provider)
            .bind("reference", notice.disputeReference())
            .mapTo(DisputeState.class)
            .findOne();
    if (before.isPresent()
        && (before.get() != DisputeState.OPENED || notice.state() == DisputeState.OPENED)) {
      return List.of();
    }
    store(handle, provider, payment, notice);
    if (before.isEmpty()) {
      open(handle, payment, notice);
    }
    if (notice.state() == DisputeState.WON) {
      giveBack(handle, payment, notice);
    }
    if (notice.state() != DisputeState.OPENED) {
      core.events()
          .append(
              new DisputeClosed(
                  payment.customerId(),
                  payment.id(),
                  notice.amount(),
                  notice.state().name().toLowerCase(Locale.ROOT)));
    }
    return pass.run(handle, pass.all(List.of(payment.customerId()), DueRows.HEAD_START));
  }

  private void store(Handle handle, String provider, Payment payment, DisputeChanged notice) {
    OffsetDateTime now = core.clock().instant().atOffset(ZoneOffset.UTC);
    handle
        .createUpdate(
            "insert into @.dispute (customer_id, provider, reference, payment_id, state,"
                + " amount_minor, fee_minor, currency, opened_at, closed_at) values (:c, :provider,"
                + " :reference, :payment, :state, :amount, :fee, :currency, :now,"
                + " case when :state = 'OPENED' then null else cast(:now as timestamptz) end)"
                + " on conflict (customer_id, provider, reference) do update"
                + " set state = excluded.state, closed_at = excluded.closed_at")
        .bind("c", payment.customerId())
        .bind("provider", provider)
        .bind("reference", notice.disputeReference())
        .bind("payment", payment.id())
        .bind("state", notice.state().name())
        .bind("amount", notice.amount().minorUnits())
        .bind("fee", notice.fee().minorUnits())
        .bind("currency", notice.amount().currency().code())
        .bind("now", now)
        .execute();
    handle
        .createUpdate(
            "update @.payment p set disputed_minor = (select coalesce(sum(d.amount_minor), 0)"
                + " from @.dispute d where d.customer_id = p.customer_id and d.payment_id = p.id"
                + " and d.state <> 'WON') where customer_id = :c and id = :id")
        .bind("c", payment.customerId())
        .bind("id", payment.id())
        .execute();
  }

  private void open(Handle handle, Payment payment, DisputeChanged notice) {
    takeBack.book(
        handle,
        ChargeOutcomes.derivedId("dispute", notice.disputeReference()),
        "dispute",
        payment,
        notice.amount());
    if (notice.fee().isPositive()) {
      core.ledger()
          .require(
              Transfer.builder(
                      ChargeOutcomes.derivedId("dispute-fee", notice.disputeReference()),
                      "provider-fee")
                  .debit(Accounts.fee(payment.provider(), notice.fee().currency()), notice.fee())
                  .credit(
                      Accounts.gateway(payment.provider(), notice.fee().currency()), notice.fee())
                  .meta("payment", payment.id().toString())
                  .build());
    }
    core.events().append(new PaymentDisputed(payment.customerId(), payment.id(), notice.amount()));
  }

  /** The money is back: what goes to the wallet pays what the dispute opened again. */
  private void giveBack(Handle handle, Payment payment, DisputeChanged notice) {
    Amount amount = notice.amount();
    UUID id = ChargeOutcomes.derivedId("dispute-won", notice.disputeReference());
    Transfer.Builder transfer =
        Transfer.builder(id, "dispute-won")
            .debit(Accounts.gateway(payment.provider(), amount.currency()), amount)
            .meta("payment", payment.id().toString());
    takeBack.giveBack(
        handle, transfer, payment.customerId(), amount, openedAt(handle, payment, notice));
    core.ledger().require(transfer.build());
  }

  private static Instant openedAt(Handle handle, Payment payment, DisputeChanged notice) {
    return handle
        .createQuery(
            "select opened_at from @.dispute where customer_id = :c and provider = :provider"
                + " and reference = :reference")
        .bind("c", payment.customerId())
        .bind("provider", payment.provider())
        .bind("reference", notice.disputeReference())
        .map((row, context) -> SqlValues.instant(row, "opened_at"))
        .one();
  }
}

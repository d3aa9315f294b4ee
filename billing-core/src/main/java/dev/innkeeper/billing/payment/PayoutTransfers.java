package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.db.OwnedRows;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.ledger.Transfer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.payment.spi.OutgoingResult;
import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.payment.spi.ProviderNotice.TransferChanged;
import dev.innkeeper.billing.payment.spi.ProviderNotice.TransferReversed;
import dev.innkeeper.billing.payment.spi.TransferRequest;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.work.DueWork;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
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
 * Has payment providers send payouts. What is about to be sent is stored before the provider hears
 * of it; what nobody can tell is looked up until it is known; a refusal lets the payout wait again.
 * Thread-safe.
 */
final class PayoutTransfers implements DueWork {
  private static final int BATCH = 50;
  private static final Logger LOG = LoggerFactory.getLogger(PayoutTransfers.class);

  private final PaymentCore core;
  private final Providers providers;
  private final Settlement settlement;
  private final TakeBack takeBack;

  PayoutTransfers(PaymentCore core, Providers providers, Settlement settlement) {
    this.core = core;
    this.providers = providers;
    this.settlement = settlement;
    this.takeBack = new TakeBack(core);
  }

  /** By whom and where to. */
  record Way(String provider, String destination) {}

  /** One wish to send a payout. */
  private record Sending(Payout payout, UUID transferId, Way way, Instant calledAt) {}

  private static final OwnedRows<Sending> ROWS =
      new OwnedRows<>(
          Payouts.ROWS.table(),
          Payouts.ROWS.columns() + ", transfer_id, called_at",
          (row, context) -> sending(row));

  /** Sends a payout, unless that was done, or is being done, already. */
  void send(UUID customerId, UUID payoutId, Way way, String actor) {
    core.db().requireNoTransaction();
    if (way.destination().isEmpty() || way.destination().length() > 200) {
      throw new InvalidInput("destination", "must have 1 to 200 characters");
    }
    if (!providers
        .get(way.provider())
        .capabilities()
        .contains(PaymentProvider.Capability.TRANSFER)) {
      throw new NotAllowed("no-transfers", "the provider " + way.provider() + " can't send money");
    }
    Optional<Sending> begun =
        core.db().tx(handle -> begin(handle, customerId, payoutId, way, actor));
    begun.ifPresent(
        sending -> apply(sending, ask(sending, (provider, request) -> provider.transfer(request))));
  }

  /** Empty when the payout goes, or went, that way already. */
  private Optional<Sending> begin(
      Handle handle, UUID customerId, UUID payoutId, Way way, String actor) {
    core.customers().lock(customerId);
    Payout payout = Payouts.find(handle, customerId, payoutId);
    boolean goesThere =
        way.provider().equals(payout.channel()) && way.destination().equals(payout.destination());
    switch (payout.state()) {
      case CANCELLED -> throw new NotAllowed("payout-cancelled", "the money is back in the wallet");
      case SENT, SENDING -> {
        if (!goesThere) {
          throw payout.state() == Payout.State.SENT
              ? new NotAllowed("payout-sent", "the money was sent already")
              : new NotAllowed("payout-sending", "it is being sent elsewhere");
        }
        return Optional.empty();
      }
      case WAITING -> {
        Instant now = core.clock().instant();
        UUID transferId = core.ids().next();
        handle
            .createUpdate(
                "update @.payout set state = 'SENDING', channel = :provider,"
                    + " destination = :destination, message = null, transfer_id = :transfer,"
                    + " finished_by = :actor, lookups = 0, called_at = :now, next_at = :next"
                    + " where customer_id = :c and id = :id")
            .bind("provider", way.provider())
            .bind("destination", way.destination())
            .bind("transfer", transferId)
            .bind("actor", actor)
            .bind("now", at(now))
            .bind("next", at(now.plus(DueRows.LEASE)))
            .bind("c", customerId)
            .bind("id", payoutId)
            .execute();
        return Optional.of(new Sending(payout, transferId, way, now));
      }
    }
    throw new IllegalStateException("a payout in no state");
  }

  private interface Question {
    OutgoingResult ask(PaymentProvider provider, TransferRequest request);
  }

  private OutgoingResult ask(Sending sending, Question question) {
    core.db().requireNoTransaction();
    Way way = sending.way();
    if (!providers.has(way.provider())) {
      return new OutgoingResult.Unknown("the provider is not configured");
    }
    TransferRequest request =
        new TransferRequest(
            sending.transferId(),
            way.destination(),
            sending.payout().amount(),
            null,
            sending.calledAt());
    try {
      return question.ask(providers.get(way.provider()), request);
    } catch (RuntimeException e) {
      LOG.warn("provider {} failed on payout {}", way.provider(), sending.payout().id(), e);
      return new OutgoingResult.Unknown(e.getClass().getSimpleName());
    }
  }

  private void apply(Sending sending, OutgoingResult result) {
    core.db().run(handle -> apply(handle, sending, result));
  }

  private void apply(Handle handle, Sending seen, OutgoingResult result) {
    core.customers().lock(seen.payout().customerId());
    Optional<Sending> now = byTransfer(handle, seen.way().provider(), seen.transferId());
    if (now.isEmpty() || now.get().payout().state() != Payout.State.SENDING) {
      return;
    }
    Payout payout = now.get().payout();
    if (result instanceof OutgoingResult.Succeeded succeeded) {
      String provider = seen.way().provider();
      end(handle, payout, Payout.State.SENT, succeeded.reference(), null);
      core.ledger().require(Payouts.sentTransfer(payout, provider, succeeded.reference()));
      core.events()
          .append(
              new PayoutSent(
                  payout.customerId(),
                  payout.id(),
                  payout.amount(),
                  provider,
                  succeeded.reference()));
    } else if (result instanceof OutgoingResult.Refused refused) {
      end(handle, payout, Payout.State.WAITING, null, refused.message());
    } else {
      handle
          .createUpdate(
              "update @.payout set next_at = "
                  + DueRows.LATER
                  + " where customer_id = :c and id = :id")
          .bind("now", at(core.clock().instant()))
          .bind("c", payout.customerId())
          .bind("id", payout.id())
          .execute();
    }
  }

  private void end(
      Handle handle,
      Payout payout,
      Payout.State state,
      @Nullable String reference,
      @Nullable String message) {
    handle
        .createUpdate(
            "update @.payout set state = :state, reference = cast(:reference as text),"
                + " message = cast(:message as text), next_at = null,"
                + " channel = case when :state = 'SENT' then channel end,"
                + " destination = case when :state = 'SENT' then destination end,"
                + " finished_by = case when :state = 'SENT' then finished_by end,"
                + " finished_at = case when :state = 'SENT' then cast(:now as timestamptz) end"
                + " where customer_id = :c and id = :id")
        .bind("state", state.name())
        .bind("reference", reference)
        .bind("message", message)
        .bind("now", at(core.clock().instant()))
        .bind("c", payout.customerId())
        .bind("id", payout.id())
        .execute();
  }

  @Override
  public String name() {
    return "payout-transfers";
  }

  @Override
  public int runBatch(Instant now) {
    core.db().requireNoTransaction();
    List<Sending> due = core.db().tx(handle -> DueRows.claim(handle, ROWS, now, BATCH));
    due.forEach(this::resolve);
    return due.size();
  }

  /** Looks up; asks again only within the time in which the provider takes it for the same. */
  private void resolve(Sending sending) {
    apply(
        sending,
        DueRows.resolve(
            () -> ask(sending, (provider, request) -> provider.lookUpTransfer(request)),
            () -> isFresh(sending),
            () -> ask(sending, (provider, request) -> provider.transfer(request))));
  }

  private boolean isFresh(Sending sending) {
    Duration window = providers.get(sending.way().provider()).idempotencyWindow();
    return core.clock().instant().isBefore(sending.calledAt().plus(window));
  }

  /** In the transaction of a notice. */
  void apply(Handle handle, String provider, TransferChanged notice) {
    byTransfer(handle, provider, notice.transferId())
        .ifPresent(sending -> apply(handle, sending, notice.result()));
  }

  /** In the transaction of a notice: what came back is the customer's again. */
  void apply(Handle handle, String provider, TransferReversed notice) {
    Optional<Sending> known = byTransfer(handle, provider, notice.transferId());
    if (known.isEmpty()) {
      return;
    }
    // The news that it went may come after the news that it is back.
    apply(handle, known.get(), new OutgoingResult.Succeeded(notice.transferReference()));
    Payout payout =
        Payouts.find(handle, known.get().payout().customerId(), known.get().payout().id());
    Amount amount = notice.amount();
    boolean isOurs =
        payout.state() == Payout.State.SENT
            && amount.isPositive()
            && amount.currency().equals(payout.amount().currency());
    if (!isOurs || !isNew(handle, provider, payout, notice)) {
      return;
    }
    Transfer.Builder transfer =
        Transfer.builder(
                ChargeOutcomes.derivedId("payout-returned", notice.reversalReference()),
                "payout-returned")
            .debit(Accounts.gateway(provider, amount.currency()), amount)
            .meta("payout", payout.id().toString());
    takeBack.giveBack(handle, transfer, payout.customerId(), amount, payout.recordedAt());
    core.ledger().require(transfer.build());
    core.events().append(new PayoutReturned(payout.customerId(), payout.id(), amount));
    settlement.settle(payout.customerId());
  }

  private boolean isNew(Handle handle, String provider, Payout payout, TransferReversed notice) {
    return handle
            .createUpdate(
                "insert into @.payout_return (customer_id, provider, reference, payout_id,"
                    + " amount_minor, currency, returned_at) values (:c, :provider, :reference,"
                    + " :payout, :amount, :currency, :now) on conflict do nothing")
            .bind("c", payout.customerId())
            .bind("provider", provider)
            .bind("reference", notice.reversalReference())
            .bind("payout", payout.id())
            .bind("amount", notice.amount().minorUnits())
            .bind("currency", notice.amount().currency().code())
            .bind("now", at(core.clock().instant()))
            .execute()
        == 1;
  }

  private static Optional<Sending> byTransfer(Handle handle, String provider, UUID transferId) {
    return ROWS.query(
            handle,
            "where transfer_id = :transfer and channel = :provider"
                + " and destination is not null and called_at is not null")
        .bind("transfer", transferId)
        .bind("provider", provider)
        .map(ROWS.mapper())
        .findOne();
  }

  private static Sending sending(ResultSet row) throws SQLException {
    return new Sending(
        Payouts.payout(row),
        row.getObject("transfer_id", UUID.class),
        new Way(row.getString("channel"), row.getString("destination")),
        SqlValues.instant(row, "called_at"));
  }

  private static OffsetDateTime at(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}

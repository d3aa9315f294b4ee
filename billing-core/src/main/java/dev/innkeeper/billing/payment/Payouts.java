package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.db.OwnedRows;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.ledger.AccountId;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.ledger.Transfer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.problem.NotFound;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Cash that goes out to customers: it leaves the wallet when it is recorded, so that nothing else
 * spends it. Then an operator sends it by hand and says so, or has a payment provider send it.
 * Voucher credit is never paid out. Thread-safe.
 */
public final class Payouts {
  private static final int PAGE_MAX = 500;

  /** Whom the money is owed to between leaving the wallet and leaving the bank. */
  private static final String PAYEE = "payouts";

  static final OwnedRows<Payout> ROWS =
      new OwnedRows<>(
          "@.payout",
          "customer_id, id, amount_minor, currency, reason, state, channel, reference, destination,"
              + " message, recorded_by, recorded_at, finished_at",
          (row, context) -> payout(row));

  private final PaymentCore core;
  private final Providers providers;
  private final Settlement settlement;
  private final PayoutTransfers transfers;
  private final TakeBack takeBack;

  Payouts(PaymentCore core, Providers providers, Settlement settlement, PayoutTransfers transfers) {
    this.core = core;
    this.providers = providers;
    this.settlement = settlement;
    this.transfers = transfers;
    this.takeBack = new TakeBack(core);
  }

  /** A payout to record. */
  private record Request(Amount amount, String reason) {}

  /**
   * Takes cash from the wallet to be sent to the customer by hand.
   *
   * @param amount above zero
   * @param reason for the record, 1 to 200 characters
   * @param actor who records it
   * @param key a repeat with the same key and content finds the first payout
   * @throws InvalidInput when the amount or the reason makes no sense
   * @throws NotAllowed with code {@code insufficient-funds} when less cash is free
   * @throws NotFound when there is no such customer
   */
  public Payout request(UUID customerId, Amount amount, String reason, String actor, String key) {
    if (!amount.isPositive()) {
      throw new InvalidInput("amount", "must be above zero");
    }
    if (reason.isBlank() || reason.length() > 200) {
      throw new InvalidInput("reason", "must have 1 to 200 characters");
    }
    UUID id =
        core.commands()
            .once(
                customerId,
                "payout:" + key,
                new Request(amount, reason),
                UUID.class,
                () -> core.db().tx(handle -> record(handle, customerId, amount, reason, actor)));
    return get(customerId, id);
  }

  UUID record(Handle handle, UUID customerId, Amount amount, String reason, String actor) {
    core.customers().lock(customerId);
    UUID id = core.ids().next();
    core.ledger()
        .require(
            Transfer.builder(id, "payout")
                .debit(Accounts.cash(customerId, amount.currency()), amount)
                .credit(payable(amount.currency()), amount)
                .build());
    handle
        .createUpdate(
            "insert into @.payout (customer_id, id, amount_minor, currency, reason, state,"
                + " recorded_by, recorded_at) values (:c, :id, :amount, :currency, :reason,"
                + " 'WAITING', :actor, :now)")
        .bind("c", customerId)
        .bind("id", id)
        .bind("amount", amount.minorUnits())
        .bind("currency", amount.currency().code())
        .bind("reason", reason)
        .bind("actor", actor)
        .bind("now", now())
        .execute();
    core.events().append(new PayoutRequested(customerId, id, amount, reason));
    return id;
  }

  /**
   * Notes that the money was sent. Saying so twice does nothing more.
   *
   * @param channel where it was sent from, such as {@code bank}; not a payment provider's code
   * @param reference what the bank calls the transfer, 1 to 200 characters
   * @throws NotAllowed with code {@code payout-cancelled}, or {@code payout-sending} while a
   *     provider is sending it
   * @throws NotFound when the customer has no such payout
   */
  public Payout sent(UUID customerId, UUID id, String channel, String reference, String actor) {
    if (!channel.matches("[a-z][a-z0-9-]{0,39}") || providers.has(channel)) {
      throw new InvalidInput(
          "channel", "must be a lower-case word such as bank, no payment provider's");
    }
    if (reference.isBlank() || reference.length() > 200) {
      throw new InvalidInput("reference", "must have 1 to 200 characters");
    }
    core.db()
        .run(
            handle -> {
              core.customers().lock(customerId);
              Payout payout = get(customerId, id);
              if (payout.state() == Payout.State.CANCELLED) {
                throw new NotAllowed("payout-cancelled", "the money is back in the wallet");
              }
              requireNotSending(payout);
              if (payout.state() == Payout.State.WAITING) {
                Amount amount = payout.amount();
                finish(handle, payout, new End("SENT", channel, reference.strip(), actor));
                core.ledger().require(sentTransfer(payout, channel, reference.strip()));
                core.events()
                    .append(new PayoutSent(customerId, id, amount, channel, reference.strip()));
              }
            });
    return get(customerId, id);
  }

  /** What is booked once the money has left by the channel. */
  static Transfer sentTransfer(Payout payout, String channel, String reference) {
    Amount amount = payout.amount();
    return Transfer.builder(ChargeOutcomes.derivedId("payout-sent", payout.id()), "payout-sent")
        .debit(payable(amount.currency()), amount)
        .credit(Accounts.gateway(channel, amount.currency()), amount)
        .meta("reference", reference)
        .build();
  }

  private static void requireNotSending(Payout payout) {
    if (payout.state() == Payout.State.SENDING) {
      throw new NotAllowed(
          "payout-sending", payout.channel() + " is sending it; wait until it has answered");
    }
  }

  /**
   * Has a payment provider send the money to the customer's account there. Asking again for the
   * same account does nothing more.
   *
   * @param provider one that can send money to third parties
   * @param destination how the provider names the account, such as {@code acct_…}, 1 to 200
   *     characters
   * @return the payout when the provider has answered: {@code SENT}; {@code SENDING} while nobody
   *     can tell; or {@code WAITING} again, with a message, when the provider refused
   * @throws IllegalStateException inside a transaction: the provider is called
   * @throws InvalidInput when there is no such provider, or the destination makes no sense
   * @throws NotAllowed with code {@code no-transfers} when the provider can't send money, {@code
   *     payout-cancelled}, {@code payout-sent} or {@code payout-sending} when it went, or is going,
   *     elsewhere
   * @throws NotFound when the customer has no such payout
   */
  public Payout send(UUID customerId, UUID id, String provider, String destination, String actor) {
    transfers.send(customerId, id, new PayoutTransfers.Way(provider, destination.strip()), actor);
    return get(customerId, id);
  }

  /**
   * Puts the money back into the wallet, which pays what is open. Cancelling twice does nothing
   * more.
   *
   * @throws NotAllowed with code {@code payout-sent}, or {@code payout-sending} while a provider is
   *     sending it
   * @throws NotFound when the customer has no such payout
   */
  public Payout cancel(UUID customerId, UUID id, String actor) {
    core.db()
        .run(
            handle -> {
              core.customers().lock(customerId);
              Payout payout = get(customerId, id);
              if (payout.state() == Payout.State.SENT) {
                throw new NotAllowed("payout-sent", "the money was sent already");
              }
              requireNotSending(payout);
              if (payout.state() == Payout.State.WAITING) {
                Amount amount = payout.amount();
                finish(handle, payout, new End("CANCELLED", null, null, actor));
                Transfer.Builder transfer =
                    Transfer.builder(
                            ChargeOutcomes.derivedId("payout-back", id), "payout-cancelled")
                        .debit(payable(amount.currency()), amount);
                takeBack.giveBack(handle, transfer, customerId, amount, payout.recordedAt());
                core.ledger().require(transfer.build());
                core.events().append(new PayoutCancelled(customerId, id, amount));
                settlement.settle(customerId);
              }
            });
    return get(customerId, id);
  }

  private record End(
      String state, @Nullable String channel, @Nullable String reference, String actor) {}

  private void finish(Handle handle, Payout payout, End end) {
    handle
        .createUpdate(
            "update @.payout set state = :state, channel = cast(:channel as text),"
                + " reference = cast(:reference as text), destination = null, message = null,"
                + " finished_by = :actor, finished_at = :now where customer_id = :c and id = :id")
        .bind("state", end.state())
        .bind("channel", end.channel())
        .bind("reference", end.reference())
        .bind("actor", end.actor())
        .bind("now", now())
        .bind("c", payout.customerId())
        .bind("id", payout.id())
        .execute();
  }

  static AccountId payable(Currency currency) {
    return Accounts.payable(PAYEE, currency);
  }

  /**
   * @throws NotFound when the customer has no such payout
   */
  public Payout get(UUID customerId, UUID id) {
    return core.db().tx(handle -> find(handle, customerId, id));
  }

  static Payout find(Handle handle, UUID customerId, UUID id) {
    return ROWS.find(handle, customerId, id)
        .orElseThrow(() -> new NotFound("payout", id.toString()));
  }

  /** The customer's, newest first, at most 500. */
  public List<Payout> list(UUID customerId) {
    return core.db().tx(handle -> ROWS.newest(handle, customerId, PAGE_MAX));
  }

  /** Everybody's that wait to be sent, or are being sent, the longest first; at most 500. */
  public List<Payout> waiting() {
    return core.db()
        .tx(
            handle ->
                ROWS.query(
                        handle,
                        "where state in ('WAITING', 'SENDING') order by recorded_at, customer_id, id limit "
                            + PAGE_MAX)
                    .map(ROWS.mapper())
                    .list());
  }

  static Payout payout(ResultSet row) throws SQLException {
    return new Payout(
        row.getObject("customer_id", UUID.class),
        row.getObject("id", UUID.class),
        Amount.ofMinor(row.getLong("amount_minor"), Currency.of(row.getString("currency"))),
        row.getString("reason"),
        Payout.State.valueOf(row.getString("state")),
        row.getString("channel"),
        row.getString("reference"),
        row.getString("destination"),
        row.getString("message"),
        row.getString("recorded_by"),
        SqlValues.instant(row, "recorded_at"),
        SqlValues.instantOrNull(row, "finished_at"));
  }

  private OffsetDateTime now() {
    Instant now = core.clock().instant();
    return now.atOffset(ZoneOffset.UTC);
  }
}

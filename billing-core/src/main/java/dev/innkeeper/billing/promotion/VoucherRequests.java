package dev.innkeeper.billing.promotion;

import dev.innkeeper.billing.db.OwnedRows;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.PaymentCore;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.problem.NotFound;
import dev.innkeeper.billing.promotion.VoucherRequest.State;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Lets customers ask for credit, and operators answer. What is granted is a voucher of one use that
 * is redeemed at once, so that it is counted, expires and is audited like every other. Thread-safe.
 */
public final class VoucherRequests {
  private static final int PAGE_MAX = 500;
  private static final int TEXT_LENGTH_MAX = 500;
  private static final OwnedRows<VoucherRequest> ROWS =
      new OwnedRows<>(
          "@.voucher_request",
          "customer_id, id, amount_minor, currency, reason, state, requested_at, granted_minor,"
              + " answer, decided_by, decided_at",
          (row, context) -> request(row));

  private final PaymentCore core;
  private final Vouchers vouchers;

  public VoucherRequests(PaymentCore core, Vouchers vouchers) {
    this.core = core;
    this.vouchers = vouchers;
  }

  /** What is asked for. */
  private record Wish(Amount amount, String reason) {}

  /**
   * Asks for credit.
   *
   * @param amount above zero, in the customer's currency
   * @param reason for the operator, 1 to 500 characters
   * @param key a repeat with the same key and content finds the first request
   * @throws InvalidInput when the amount or the reason makes no sense
   * @throws NotAllowed with code {@code request-waiting} while another one has no answer
   * @throws NotFound when there is no such customer
   */
  public VoucherRequest ask(UUID customerId, Amount amount, String reason, String key) {
    Currency currency = core.customers().get(customerId).currency();
    if (!amount.currency().equals(currency) || !amount.isPositive()) {
      throw new InvalidInput("amount", "must be above zero, in " + currency);
    }
    text("reason", reason);
    UUID id =
        core.commands()
            .once(
                customerId,
                "voucher.request:" + key,
                new Wish(amount, reason),
                UUID.class,
                () -> core.db().tx(handle -> insert(handle, customerId, amount, reason)));
    return get(customerId, id);
  }

  private UUID insert(Handle handle, UUID customerId, Amount amount, String reason) {
    core.customers().lock(customerId);
    UUID id = core.ids().next();
    int inserted =
        handle
            .createUpdate(
                "insert into @.voucher_request (customer_id, id, amount_minor, currency, reason,"
                    + " state, requested_at) values (:c, :id, :amount, :currency, :reason,"
                    + " 'WAITING', :now) on conflict do nothing")
            .bind("c", customerId)
            .bind("id", id)
            .bind("amount", amount.minorUnits())
            .bind("currency", amount.currency().code())
            .bind("reason", reason.strip())
            .bind("now", now())
            .execute();
    if (inserted == 0) {
      throw new NotAllowed(
          "request-waiting", "your last request has no answer yet; wait until it has");
    }
    core.events().append(new VoucherRequested(customerId, id, amount, reason.strip()));
    return id;
  }

  /**
   * Grants a request: the credit is in the wallet at once, and open invoices are settled with it.
   * Approving twice does nothing more.
   *
   * @param amount what to give, which may differ from what was asked for
   * @param answer for the customer; may be null
   * @param actor who decides
   * @throws NotAllowed with code {@code request-decided} when it was rejected
   * @throws NotFound when the customer has no such request
   */
  public VoucherRequest approve(
      UUID customerId, UUID id, Amount amount, @Nullable String answer, String actor) {
    if (answer != null) {
      text("answer", answer);
    }
    core.db()
        .run(
            handle -> {
              core.customers().lock(customerId);
              VoucherRequest request = get(customerId, id);
              if (!amount.currency().equals(request.amount().currency()) || !amount.isPositive()) {
                throw new InvalidInput(
                    "amount", "must be above zero, in " + request.amount().currency());
              }
              if (decide(handle, request, new Decision(State.APPROVED, amount, answer, actor))) {
                core.events().append(new VoucherApproved(customerId, id, amount, answer));
                redeem(customerId, id, amount, actor);
              }
            });
    return get(customerId, id);
  }

  private void redeem(UUID customerId, UUID id, Amount amount, String actor) {
    VoucherBatch batch =
        vouchers.issue(NewVoucherBatch.of("Request " + id, amount, 1), actor, "request-" + id);
    String code = vouchers.codes(batch.id(), null, 1).get(0).code();
    RedeemResult result = vouchers.redeem(customerId, code, "request-" + id);
    if (!(result instanceof RedeemResult.Redeemed)) {
      throw new IllegalStateException("a voucher that was just issued is refused: " + result);
    }
  }

  /**
   * Turns a request down. Rejecting twice does nothing more.
   *
   * @param answer why, for the customer, 1 to 500 characters
   * @throws NotAllowed with code {@code request-decided} when it was approved
   * @throws NotFound when the customer has no such request
   */
  public VoucherRequest reject(UUID customerId, UUID id, String answer, String actor) {
    text("answer", answer);
    core.db()
        .run(
            handle -> {
              core.customers().lock(customerId);
              VoucherRequest request = get(customerId, id);
              if (decide(handle, request, new Decision(State.REJECTED, null, answer, actor))) {
                core.events().append(new VoucherRejected(customerId, id, answer));
              }
            });
    return get(customerId, id);
  }

  private record Decision(
      State state, @Nullable Amount granted, @Nullable String answer, String actor) {}

  /** False when the same was decided before. */
  private boolean decide(Handle handle, VoucherRequest request, Decision decision) {
    if (request.state() == decision.state()) {
      return false;
    }
    if (request.state() != State.WAITING) {
      throw new NotAllowed(
          "request-decided",
          "the request was decided already: it is "
              + request.state().name().toLowerCase(java.util.Locale.ROOT));
    }
    Amount granted = decision.granted();
    handle
        .createUpdate(
            "update @.voucher_request set state = :state, granted_minor = cast(:granted as bigint),"
                + " answer = cast(:answer as text), decided_by = :actor, decided_at = :now"
                + " where customer_id = :c and id = :id")
        .bind("state", decision.state().name())
        .bind("granted", granted == null ? null : Long.valueOf(granted.minorUnits()))
        .bind("answer", decision.answer())
        .bind("actor", decision.actor())
        .bind("now", now())
        .bind("c", request.customerId())
        .bind("id", request.id())
        .execute();
    return true;
  }

  private static void text(String field, String text) {
    if (text.isBlank() || text.length() > TEXT_LENGTH_MAX) {
      throw new InvalidInput(field, "must have 1 to " + TEXT_LENGTH_MAX + " characters");
    }
  }

  /**
   * @throws NotFound when the customer has no such request
   */
  public VoucherRequest get(UUID customerId, UUID id) {
    return core.db()
        .tx(handle -> ROWS.find(handle, customerId, id))
        .orElseThrow(() -> new NotFound("voucher-request", id.toString()));
  }

  /** The customer's, newest first, at most 500. */
  public List<VoucherRequest> list(UUID customerId) {
    return core.db().tx(handle -> ROWS.newest(handle, customerId, PAGE_MAX));
  }

  /** Everybody's without an answer, those that wait longest first, at most 500. */
  public List<VoucherRequest> waiting() {
    return core.db()
        .tx(
            handle ->
                ROWS.query(
                        handle,
                        "where state = 'WAITING' order by requested_at, customer_id, id limit "
                            + PAGE_MAX)
                    .map(ROWS.mapper())
                    .list());
  }

  private static VoucherRequest request(ResultSet row) throws SQLException {
    Currency currency = Currency.of(row.getString("currency"));
    Long granted = row.getObject("granted_minor", Long.class);
    return new VoucherRequest(
        row.getObject("customer_id", UUID.class),
        row.getObject("id", UUID.class),
        Amount.ofMinor(row.getLong("amount_minor"), currency),
        row.getString("reason"),
        State.valueOf(row.getString("state")),
        SqlValues.instant(row, "requested_at"),
        granted == null ? null : Amount.ofMinor(granted, currency),
        row.getString("answer"),
        row.getString("decided_by"),
        SqlValues.instantOrNull(row, "decided_at"));
  }

  private OffsetDateTime now() {
    return core.clock().instant().atOffset(ZoneOffset.UTC);
  }
}

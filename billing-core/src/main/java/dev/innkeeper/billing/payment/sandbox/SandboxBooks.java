package dev.innkeeper.billing.payment.sandbox;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.sandbox.SandboxProvider.Answer;
import dev.innkeeper.billing.payment.spi.ChargeRequest;
import dev.innkeeper.billing.payment.spi.ChargeResult;
import dev.innkeeper.billing.payment.spi.OutgoingResult;
import dev.innkeeper.billing.payment.spi.ProviderMovement;
import dev.innkeeper.billing.payment.spi.ProviderNotice.DisputeState;
import dev.innkeeper.billing.payment.spi.RefundRequest;
import dev.innkeeper.billing.payment.spi.TransferRequest;
import dev.innkeeper.billing.problem.NotFound;
import dev.innkeeper.billing.time.Interval;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What the sandbox did. Every change is committed before it is answered. */
final class SandboxBooks {
  private static final String COLUMNS =
      "attempt_id, reference, card, amount_minor, currency, status, decline_code, fee_minor, hidden";
  private static final int MOVEMENTS_MAX = 100_000;

  private final Database db;
  private final Clock clock;

  SandboxBooks(Database db, Clock clock) {
    this.db = db;
    this.clock = clock;
  }

  /** Where a charge stands. */
  enum Status {
    SUCCEEDED,
    DECLINED,
    ACTION_REQUIRED,
    CANCELLED
  }

  /** What a new charge becomes. */
  record Decision(
      Status status, @Nullable String declineCode, @Nullable Amount fee, boolean hidden) {
    static Decision decline(String code) {
      return new Decision(Status.DECLINED, code, null, false);
    }

    static Decision ask(Amount fee) {
      return new Decision(Status.ACTION_REQUIRED, null, fee, false);
    }

    static Decision take(Amount fee, boolean hidden) {
      return new Decision(Status.SUCCEEDED, null, fee, hidden);
    }
  }

  record Charge(
      UUID attemptId,
      String reference,
      Amount amount,
      Status status,
      @Nullable String declineCode,
      Amount fee,
      boolean hidden,
      boolean isNew) {
    ChargeResult result() {
      return switch (status) {
        case SUCCEEDED -> new ChargeResult.Succeeded(reference, amount, fee);
        case DECLINED ->
            SandboxProvider.declined(
                reference, declineCode == null ? "card_declined" : declineCode);
        case CANCELLED -> SandboxProvider.declined(reference, "cancelled");
        case ACTION_REQUIRED ->
            new ChargeResult.ActionRequired(reference, "/sandbox/authenticate/" + reference);
      };
    }

    Charge fresh(boolean whether) {
      return new Charge(attemptId, reference, amount, status, declineCode, fee, hidden, whether);
    }
  }

  static String chargeReference(UUID attemptId) {
    return "sbx_ch_" + attemptId;
  }

  /** The charge of the request's id: the first one, whatever is decided now. */
  Charge charge(ChargeRequest request, String card, Decision decision) {
    db.requireNoTransaction();
    return db.tx(
        handle -> {
          Amount fee = decision.fee();
          boolean isNew =
              handle
                      .createUpdate(
                          "insert into @.sandbox_charge (attempt_id, reference, card, amount_minor,"
                              + " currency, status, decline_code, fee_minor, hidden, created_at)"
                              + " values (:id, :reference, :card, :amount, :currency, :status,"
                              + " :code, :fee, :hidden, :now) on conflict do nothing")
                      .bind("id", request.attemptId())
                      .bind("reference", chargeReference(request.attemptId()))
                      .bind("card", card)
                      .bind("amount", request.amount().minorUnits())
                      .bind("currency", request.amount().currency().code())
                      .bind("status", decision.status().name())
                      .bind("code", decision.declineCode())
                      .bind("fee", fee == null ? 0 : fee.minorUnits())
                      .bind("hidden", decision.hidden())
                      .bind("now", now())
                      .execute()
                  == 1;
          Charge charge = find(handle, request.attemptId()).orElseThrow().fresh(isNew);
          if (!charge.amount().equals(request.amount())) {
            throw new IllegalStateException("an id came back with another amount");
          }
          if (isNew && charge.status() == Status.SUCCEEDED) {
            take(handle, charge);
          }
          return charge;
        });
  }

  private void take(Handle handle, Charge charge) {
    move(handle, ProviderMovement.Kind.CHARGE, charge.reference(), charge.amount());
    if (charge.fee().isPositive()) {
      move(handle, ProviderMovement.Kind.FEE, charge.reference(), charge.fee().negated());
    }
  }

  Optional<Charge> find(UUID attemptId) {
    return db.tx(handle -> find(handle, attemptId));
  }

  boolean hasSucceeded(String card) {
    return db.tx(
        handle ->
            handle
                .createQuery(
                    "select exists (select 1 from @.sandbox_charge where card = :card and status ="
                        + " 'SUCCEEDED')")
                .bind("card", card)
                .mapTo(Boolean.class)
                .one());
  }

  Charge byReference(String reference) {
    return db.tx(
        handle ->
            handle
                .createQuery("select " + COLUMNS + " from @.sandbox_charge where reference = :r")
                .bind("r", reference)
                .map((row, context) -> charge(row))
                .findOne()
                .orElseThrow(() -> new NotFound("charge", reference)));
  }

  Charge authenticate(String reference, Answer answer) {
    db.run(
        handle -> {
          String sql =
              answer == Answer.APPROVED
                  ? "update @.sandbox_charge set status = 'SUCCEEDED'"
                  : "update @.sandbox_charge set status = 'DECLINED', decline_code ="
                      + " 'authentication_failed'";
          int changed =
              handle
                  .createUpdate(sql + " where reference = :r and status = 'ACTION_REQUIRED'")
                  .bind("r", reference)
                  .execute();
          if (changed == 1 && answer == Answer.APPROVED) {
            take(handle, byReference(reference));
          }
        });
    return byReference(reference);
  }

  void cancel(UUID attemptId) {
    db.run(
        handle ->
            handle
                .createUpdate(
                    "update @.sandbox_charge set status = 'CANCELLED'"
                        + " where attempt_id = :id and status = 'ACTION_REQUIRED'")
                .bind("id", attemptId)
                .execute());
  }

  void reveal(UUID attemptId) {
    db.run(
        handle ->
            handle
                .createUpdate("update @.sandbox_charge set hidden = false where attempt_id = :id")
                .bind("id", attemptId)
                .execute());
  }

  OutgoingResult refund(RefundRequest request) {
    return db.tx(
        handle -> {
          OutgoingResult before = outgoing(handle, request.refundId());
          if (!(before instanceof OutgoingResult.Absent)) {
            return before;
          }
          int changed =
              handle
                  .createUpdate(
                      "update @.sandbox_charge set refunded_minor = refunded_minor + :amount"
                          + " where reference = :charge and status = 'SUCCEEDED'"
                          + " and currency = :currency and refunded_minor + :amount <= amount_minor")
                  .bind("amount", request.amount().minorUnits())
                  .bind("currency", request.amount().currency().code())
                  .bind("charge", request.chargeReference())
                  .execute();
          if (changed == 0) {
            return new OutgoingResult.Refused(
                "charge_already_refunded", "more than what is left of the charge");
          }
          return send(
              handle, "REFUND", request.refundId(), request.chargeReference(), request.amount());
        });
  }

  OutgoingResult transfer(TransferRequest request) {
    return db.tx(
        handle -> {
          OutgoingResult before = outgoing(handle, request.transferId());
          return before instanceof OutgoingResult.Absent
              ? send(
                  handle, "TRANSFER", request.transferId(), request.destination(), request.amount())
              : before;
        });
  }

  private OutgoingResult send(Handle handle, String kind, UUID id, String target, Amount amount) {
    String reference = (kind.equals("REFUND") ? "sbx_re_" : "sbx_tr_") + id;
    handle
        .createUpdate(
            "insert into @.sandbox_outgoing (id, kind, reference, target, amount_minor, currency,"
                + " created_at) values (:id, :kind, :reference, :target, :amount, :currency, :now)")
        .bind("id", id)
        .bind("kind", kind)
        .bind("reference", reference)
        .bind("target", target)
        .bind("amount", amount.minorUnits())
        .bind("currency", amount.currency().code())
        .bind("now", now())
        .execute();
    move(handle, ProviderMovement.Kind.valueOf(kind), reference, amount.negated());
    return new OutgoingResult.Succeeded(reference);
  }

  OutgoingResult outgoing(UUID id) {
    return db.tx(handle -> outgoing(handle, id));
  }

  private static OutgoingResult outgoing(Handle handle, UUID id) {
    return handle
        .createQuery("select reference from @.sandbox_outgoing where id = :id")
        .bind("id", id)
        .mapTo(String.class)
        .findOne()
        .<OutgoingResult>map(OutgoingResult.Succeeded::new)
        .orElseGet(OutgoingResult.Absent::new);
  }

  /** False when the charge's dispute can't come to the state: there is one at most, and it ends. */
  boolean recordDispute(Charge charge, DisputeState state, Amount fee) {
    return db.tx(
        handle -> {
          int changed =
              handle
                  .createUpdate(
                      "update @.sandbox_charge set dispute = :state where attempt_id = :id"
                          + " and status = 'SUCCEEDED' and case when :state = 'OPENED'"
                          + " then dispute is null else dispute = 'OPENED' end")
                  .bind("state", state.name())
                  .bind("id", charge.attemptId())
                  .execute();
          if (changed == 0) {
            return false;
          }
          String reference = disputeReference(charge);
          switch (state) {
            case OPENED -> {
              move(handle, ProviderMovement.Kind.DISPUTE, reference, charge.amount().negated());
              move(handle, ProviderMovement.Kind.FEE, reference, fee.negated());
            }
            case WON -> move(handle, ProviderMovement.Kind.DISPUTE, reference, charge.amount());
            case LOST -> {
              // The money went when the dispute opened.
            }
          }
          return true;
        });
  }

  static String disputeReference(Charge charge) {
    return "sbx_dp_" + charge.attemptId();
  }

  List<ProviderMovement> movements(Interval time) {
    return db.tx(
        handle ->
            handle
                .createQuery(
                    "select kind, reference, amount_minor, currency, moved_at"
                        + " from @.sandbox_movement where moved_at >= :from and moved_at < :to"
                        + " order by moved_at, id limit :limit")
                .bind("from", time.from().atOffset(ZoneOffset.UTC))
                .bind("to", time.to().atOffset(ZoneOffset.UTC))
                .bind("limit", MOVEMENTS_MAX)
                .map(
                    (row, context) ->
                        new ProviderMovement(
                            ProviderMovement.Kind.valueOf(row.getString("kind")),
                            row.getString("reference"),
                            amount(row),
                            SqlValues.instant(row, "moved_at")))
                .list());
  }

  private void move(Handle handle, ProviderMovement.Kind kind, String reference, Amount amount) {
    handle
        .createUpdate(
            "insert into @.sandbox_movement (id, kind, reference, amount_minor, currency, moved_at)"
                + " values (:id, :kind, :reference, :amount, :currency, :now)")
        .bind("id", UUID.randomUUID())
        .bind("kind", kind.name())
        .bind("reference", reference)
        .bind("amount", amount.minorUnits())
        .bind("currency", amount.currency().code())
        .bind("now", now())
        .execute();
  }

  private static Optional<Charge> find(Handle handle, UUID attemptId) {
    return handle
        .createQuery("select " + COLUMNS + " from @.sandbox_charge where attempt_id = :id")
        .bind("id", attemptId)
        .map((row, context) -> charge(row))
        .findOne();
  }

  private static Charge charge(ResultSet row) throws SQLException {
    Amount amount = amount(row);
    return new Charge(
        row.getObject("attempt_id", UUID.class),
        row.getString("reference"),
        amount,
        Status.valueOf(row.getString("status")),
        row.getString("decline_code"),
        Amount.ofMinor(row.getLong("fee_minor"), amount.currency()),
        row.getBoolean("hidden"),
        false);
  }

  private static Amount amount(ResultSet row) throws SQLException {
    return Amount.ofMinor(row.getLong("amount_minor"), Currency.of(row.getString("currency")));
  }

  private OffsetDateTime now() {
    return clock.instant().atOffset(ZoneOffset.UTC);
  }
}

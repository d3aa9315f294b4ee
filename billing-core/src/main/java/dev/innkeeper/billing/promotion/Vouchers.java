package dev.innkeeper.billing.promotion;

import dev.innkeeper.billing.db.Commands;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.ledger.Transfer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.PaymentCore;
import dev.innkeeper.billing.payment.Settlement;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.InvalidInput.Violation;
import dev.innkeeper.billing.problem.NotFound;
import dev.innkeeper.billing.promotion.RedeemResult.Reason;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/**
 * Issues and redeems vouchers. A code is used at most as often as its batch allows, by all
 * customers together and by each, whoever races whom. Thread-safe.
 */
public final class Vouchers {
  private static final int CODES_MAX = 100_000;
  private static final int PAGE_MAX = 1_000;
  private static final String BATCH_COLUMNS =
      "b.id, b.name, b.amount_minor, b.currency, b.codes, b.uses_max, b.uses_a_customer_max,"
          + " b.redeem_until, b.credit_days, b.issued_by, b.issued_at,"
          + " (select coalesce(sum(v.used), 0) from @.voucher v where v.batch_id = b.id) as used";

  private final PaymentCore core;
  private final Settlement settlement;
  private final RandomGenerator random;

  public Vouchers(PaymentCore core, Settlement settlement) {
    this.core = core;
    this.settlement = settlement;
    this.random = new SecureRandom();
  }

  /**
   * Issues codes.
   *
   * @param actor who issues them, for the record
   * @param key a repeat with the same key and content finds the first batch
   * @throws InvalidInput naming every field at fault
   */
  public VoucherBatch issue(NewVoucherBatch wanted, String actor, String key) {
    validate(wanted);
    UUID id =
        core.commands()
            .once(
                Commands.NO_OWNER,
                "voucher.issue:" + key,
                wanted,
                UUID.class,
                () -> core.db().tx(handle -> insert(handle, wanted, actor)));
    return batch(id);
  }

  private UUID insert(Handle handle, NewVoucherBatch wanted, String actor) {
    UUID id = core.ids().next();
    Instant redeemUntil = wanted.redeemUntil();
    handle
        .createUpdate(
            "insert into @.voucher_batch (id, name, amount_minor, currency, codes, uses_max,"
                + " uses_a_customer_max, redeem_until, credit_days, issued_by, issued_at) values"
                + " (:id, :name, :amount, :currency, :codes, :uses, :perCustomer,"
                + " cast(:until as timestamptz), :days, :actor, :now)")
        .bind("id", id)
        .bind("name", wanted.name().strip())
        .bind("amount", wanted.amount().minorUnits())
        .bind("currency", wanted.amount().currency().code())
        .bind("codes", wanted.codes())
        .bind("uses", wanted.usesMax())
        .bind("perCustomer", wanted.usesPerCustomerMax())
        .bind("until", redeemUntil == null ? null : at(redeemUntil))
        .bind("days", wanted.creditDays())
        .bind("actor", actor)
        .bind("now", at(core.clock().instant()))
        .execute();
    // A code that happens to exist already fails the key, and with it the whole batch.
    PreparedBatch codes =
        handle.prepareBatch(
            "insert into @.voucher (code, batch_id, uses_max) values (:code, :batch, :uses)");
    for (int i = 0; i < wanted.codes(); i++) {
      codes
          .bind("code", VoucherCode.random(random).text())
          .bind("batch", id)
          .bind("uses", wanted.usesMax())
          .add();
    }
    codes.execute();
    return id;
  }

  private static void validate(NewVoucherBatch wanted) {
    List<Violation> violations = new ArrayList<>();
    if (wanted.name().isBlank() || wanted.name().length() > 200) {
      violations.add(new Violation("name", "must have 1 to 200 characters"));
    }
    if (!wanted.amount().isPositive()) {
      violations.add(new Violation("amount", "must be above zero"));
    }
    if (wanted.codes() < 1 || wanted.codes() > CODES_MAX) {
      violations.add(new Violation("codes", "must be 1 to " + CODES_MAX));
    }
    if (wanted.usesMax() < 1) {
      violations.add(new Violation("usesMax", "must be 1 or more"));
    }
    if (wanted.usesPerCustomerMax() < 1 || wanted.usesPerCustomerMax() > 1_000) {
      violations.add(new Violation("usesPerCustomerMax", "must be 1 to 1000"));
    }
    Integer creditDays = wanted.creditDays();
    if (creditDays != null && (creditDays < 1 || creditDays > 36_600)) {
      violations.add(new Violation("creditDays", "must be 1 to 36600"));
    }
    if (!violations.isEmpty()) {
      throw new InvalidInput(violations);
    }
  }

  /**
   * @throws NotFound when there is no such batch
   */
  public VoucherBatch batch(UUID id) {
    return core.db()
        .tx(
            handle ->
                handle
                    .createQuery(
                        "select " + BATCH_COLUMNS + " from @.voucher_batch b where b.id = :id")
                    .bind("id", id)
                    .map((row, context) -> batch(row))
                    .findOne()
                    .orElseThrow(() -> new NotFound("voucher-batch", id.toString())));
  }

  /**
   * Batches, newest first.
   *
   * @param before the last id of the page before; null for the first page
   * @param limit at most 1,000
   */
  public List<VoucherBatch> batches(@Nullable UUID before, int limit) {
    return core.db()
        .tx(
            handle ->
                handle
                    .createQuery(
                        "select "
                            + BATCH_COLUMNS
                            + " from @.voucher_batch b where cast(:before as uuid) is null"
                            + " or b.id < cast(:before as uuid) order by b.id desc limit :limit")
                    .bind("before", before)
                    .bind("limit", Math.min(limit, PAGE_MAX))
                    .map((row, context) -> batch(row))
                    .list());
  }

  /**
   * A batch's codes, in the order of the codes.
   *
   * @param after the last code of the page before, as printed; null for the first page
   * @param limit at most 1,000
   */
  public List<Voucher> codes(UUID batchId, @Nullable String after, int limit) {
    batch(batchId);
    return core.db()
        .tx(
            handle ->
                handle
                    .createQuery(
                        "select code, used, uses_max, disabled from @.voucher"
                            + " where batch_id = :batch and code > :after order by code limit :limit")
                    .bind("batch", batchId)
                    .bind("after", after == null ? "" : after.replace("-", ""))
                    .bind("limit", Math.min(limit, PAGE_MAX))
                    .map(
                        (row, context) ->
                            new Voucher(
                                new VoucherCode(row.getString("code")).formatted(),
                                row.getInt("used"),
                                row.getInt("uses_max"),
                                row.getBoolean("disabled")))
                    .list());
  }

  /** Withdraws a batch: its codes stop working, credit that was given stays. */
  public void disable(UUID batchId) {
    batch(batchId);
    core.db()
        .run(
            handle ->
                handle
                    .createUpdate("update @.voucher set disabled = true where batch_id = :batch")
                    .bind("batch", batchId)
                    .execute());
  }

  /**
   * Redeems a voucher, and settles with it what is open.
   *
   * @param typed the code as a person typed it
   * @param key a repeat with the same key and content gives the first outcome
   * @throws InvalidInput when it can't be a code: too short, or mistyped
   * @throws NotFound when there is no such customer
   */
  public RedeemResult redeem(UUID customerId, String typed, String key) {
    VoucherCode code = VoucherCode.parse("code", typed);
    core.customers().get(customerId);
    Outcome outcome =
        core.commands()
            .once(
                customerId,
                "voucher.redeem:" + key,
                code.text(),
                Outcome.class,
                () -> core.db().tx(handle -> redeem(handle, customerId, code)));
    if (outcome.reason() == null && !core.db().inTransaction()) {
      // The wallet's part is settled already; cards are charged outside the transaction.
      settlement.settle(customerId);
    }
    return outcome.result();
  }

  /** A result as it is stored under the command's key. */
  private record Outcome(
      @Nullable Reason reason, @Nullable Amount amount, @Nullable Instant expiresAt) {
    static Outcome refused(Reason reason) {
      return new Outcome(reason, null, null);
    }

    RedeemResult result() {
      Amount given = amount;
      if (given != null) {
        return new RedeemResult.Redeemed(given, expiresAt);
      }
      return (reason == null ? Reason.UNKNOWN : reason).refused();
    }
  }

  private Outcome redeem(Handle handle, UUID customerId, VoucherCode code) {
    core.customers().lock(customerId);
    Optional<VoucherBatch> found = batchOf(handle, code);
    if (found.isEmpty()) {
      return Outcome.refused(Reason.UNKNOWN);
    }
    VoucherBatch batch = found.get();
    Instant now = core.clock().instant();
    Instant redeemUntil = batch.redeemUntil();
    if (redeemUntil != null && !now.isBefore(redeemUntil)) {
      return Outcome.refused(Reason.EXPIRED);
    }
    if (!batch.amount().currency().equals(core.customers().get(customerId).currency())) {
      return Outcome.refused(Reason.OTHER_CURRENCY);
    }
    int usedByCustomer = usesOf(handle, customerId, code);
    if (usedByCustomer >= batch.usesPerCustomerMax()) {
      return Outcome.refused(Reason.USED_BY_YOU);
    }
    int taken =
        handle
            .createUpdate(
                "update @.voucher set used = used + 1"
                    + " where code = :code and used < uses_max and not disabled")
            .bind("code", code.text())
            .execute();
    if (taken == 0) {
      return Outcome.refused(isDisabled(handle, code) ? Reason.DISABLED : Reason.USED_UP);
    }
    return credit(handle, customerId, code, batch, usedByCustomer + 1);
  }

  private Outcome credit(
      Handle handle, UUID customerId, VoucherCode code, VoucherBatch batch, int useNumber) {
    Instant now = core.clock().instant();
    Integer creditDays = batch.creditDays();
    Instant expiresAt = creditDays == null ? null : now.plus(Duration.ofDays(creditDays));
    UUID redemptionId = core.ids().next();
    handle
        .createUpdate(
            "insert into @.voucher_redemption (customer_id, id, code, batch_id, use_number,"
                + " amount_minor, currency, redeemed_at, expires_at) values (:c, :id, :code,"
                + " :batch, :number, :amount, :currency, :now, cast(:expires as timestamptz))")
        .bind("c", customerId)
        .bind("id", redemptionId)
        .bind("code", code.text())
        .bind("batch", batch.id())
        .bind("number", useNumber)
        .bind("amount", batch.amount().minorUnits())
        .bind("currency", batch.amount().currency().code())
        .bind("now", at(now))
        .bind("expires", expiresAt == null ? null : at(expiresAt))
        .execute();
    core.ledger()
        .require(
            Transfer.builder(redemptionId, "voucher-redeemed")
                .debit(Accounts.promotion(batch.amount().currency()), batch.amount())
                .credit(Accounts.voucher(customerId, batch.amount().currency()), batch.amount())
                .meta("batch", batch.name())
                .build());
    core.events()
        .append(
            new VoucherRedeemed(customerId, redemptionId, batch.name(), batch.amount(), expiresAt));
    settlement.settle(customerId);
    return new Outcome(null, batch.amount(), expiresAt);
  }

  private static Optional<VoucherBatch> batchOf(Handle handle, VoucherCode code) {
    return handle
        .createQuery(
            "select "
                + BATCH_COLUMNS.replaceFirst("\\(select.*\\) as used", "0 as used")
                + " from @.voucher_batch b"
                + " where b.id = (select batch_id from @.voucher where code = :code)")
        .bind("code", code.text())
        .map((row, context) -> batch(row))
        .findOne();
  }

  private static int usesOf(Handle handle, UUID customerId, VoucherCode code) {
    return handle
        .createQuery(
            "select count(*) from @.voucher_redemption where customer_id = :c and code = :code")
        .bind("c", customerId)
        .bind("code", code.text())
        .mapTo(Integer.class)
        .one();
  }

  private static boolean isDisabled(Handle handle, VoucherCode code) {
    return handle
        .createQuery("select disabled from @.voucher where code = :code")
        .bind("code", code.text())
        .mapTo(Boolean.class)
        .one();
  }

  private static VoucherBatch batch(ResultSet row) throws SQLException {
    return new VoucherBatch(
        row.getObject("id", UUID.class),
        row.getString("name"),
        Amount.ofMinor(row.getLong("amount_minor"), Currency.of(row.getString("currency"))),
        row.getInt("codes"),
        row.getInt("uses_max"),
        row.getInt("uses_a_customer_max"),
        SqlValues.instantOrNull(row, "redeem_until"),
        row.getObject("credit_days", Integer.class),
        row.getString("issued_by"),
        SqlValues.instant(row, "issued_at"),
        row.getLong("used"));
  }

  private static OffsetDateTime at(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}

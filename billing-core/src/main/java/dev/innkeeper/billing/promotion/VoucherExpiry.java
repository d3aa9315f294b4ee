package dev.innkeeper.billing.promotion;

import dev.innkeeper.billing.customer.Customers;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.event.EventLog;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.ledger.Ledger;
import dev.innkeeper.billing.ledger.Transfer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.PaymentCore;
import dev.innkeeper.billing.work.DueWork;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * Takes back voucher credit that was not spent in time. Credit that expires sooner counts as spent
 * first, so what is left of it is what the account holds beyond the credit that lasts longer: that
 * needs no bookkeeping when credit is spent. Thread-safe.
 */
public final class VoucherExpiry implements DueWork {
  private static final int CUSTOMERS_A_BATCH = 100;

  private final Database db;
  private final EventLog events;
  private final Ledger ledger;
  private final Customers customers;

  public VoucherExpiry(PaymentCore core) {
    this.db = core.db();
    this.events = core.events();
    this.ledger = core.ledger();
    this.customers = core.customers();
  }

  private record Grant(UUID id, Amount amount) {}

  @Override
  public String name() {
    return "voucher-expiry";
  }

  @Override
  public int runBatch(Instant now) {
    List<UUID> due =
        db.tx(
            handle ->
                handle
                    .createQuery(
                        "select distinct customer_id from (select customer_id"
                            + " from @.voucher_redemption where expires_at <= :now"
                            + " and expired_minor is null order by expires_at limit :limit) d")
                    .bind("now", at(now))
                    .bind("limit", CUSTOMERS_A_BATCH)
                    .mapTo(UUID.class)
                    .list());
    for (UUID customerId : due) {
      db.run(
          handle -> {
            customers.lock(customerId);
            dueOf(handle, customerId, now).forEach(grant -> expire(handle, customerId, grant));
          });
    }
    return due.size();
  }

  /** What is due of one customer, the first to expire first; read again under the lock. */
  private static List<Grant> dueOf(Handle handle, UUID customerId, Instant now) {
    return handle
        .createQuery(
            "select id, amount_minor, currency from @.voucher_redemption where customer_id = :c"
                + " and expires_at <= :now and expired_minor is null order by expires_at, id")
        .bind("c", customerId)
        .bind("now", at(now))
        .map(
            (row, context) ->
                new Grant(
                    row.getObject("id", UUID.class),
                    Amount.ofMinor(
                        row.getLong("amount_minor"), Currency.of(row.getString("currency")))))
        .list();
  }

  private void expire(Handle handle, UUID customerId, Grant grant) {
    Currency currency = grant.amount().currency();
    long lastingMinor =
        handle
            .createQuery(
                "select coalesce(sum(o.amount_minor), 0) from @.voucher_redemption o,"
                    + " @.voucher_redemption g where g.customer_id = :c and g.id = :id"
                    + " and o.customer_id = g.customer_id and o.id <> g.id"
                    + " and o.currency = g.currency and o.expired_minor is null"
                    + " and (o.expires_at is null or (o.expires_at, o.id) > (g.expires_at, g.id))")
            .bind("c", customerId)
            .bind("id", grant.id())
            .mapTo(Long.class)
            .one();
    Amount zero = Amount.zero(currency);
    Amount left =
        ledger
            .balance(Accounts.voucher(customerId, currency))
            .minus(Amount.ofMinor(lastingMinor, currency))
            .max(zero)
            .min(grant.amount());
    handle
        .createUpdate(
            "update @.voucher_redemption set expired_minor = :minor"
                + " where customer_id = :c and id = :id")
        .bind("minor", left.minorUnits())
        .bind("c", customerId)
        .bind("id", grant.id())
        .execute();
    if (left.isPositive()) {
      UUID transferId =
          UUID.nameUUIDFromBytes(
              ("voucher-expired:" + grant.id()).getBytes(StandardCharsets.UTF_8));
      ledger.require(
          Transfer.builder(transferId, "voucher-expired")
              .debit(Accounts.voucher(customerId, currency), left)
              .credit(Accounts.promotion(currency), left)
              .meta("redemption", grant.id().toString())
              .build());
      events.append(new VoucherExpired(customerId, grant.id(), left));
    }
  }

  private static OffsetDateTime at(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}

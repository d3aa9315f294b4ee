package dev.innkeeper.billing.promotion;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.event.TransactionHook;
import dev.innkeeper.billing.invoice.InvoiceVoided;
import java.time.Clock;
import java.time.ZoneOffset;

/**
 * Gives back what a voided invoice used of coupons, in the transaction that voids it: who does not
 * owe the invoice had nothing of its discount. Thread-safe.
 */
public final class CouponReturns {
  private final Database db;
  private final Clock clock;

  public CouponReturns(Database db, Clock clock) {
    this.db = db;
    this.clock = clock;
  }

  /** The part it takes in the voiding. */
  public TransactionHook hook() {
    return TransactionHook.on(InvoiceVoided.class, (voided, connection) -> giveBack(voided));
  }

  private void giveBack(InvoiceVoided voided) {
    db.run(
        handle ->
            handle
                .createUpdate(
                    "with returned as (update @.coupon_use set returned_at = :now"
                        + "   where customer_id = :c and invoice_id = :invoice"
                        + "   and returned_at is null returning redemption_id)"
                        + " update @.coupon_redemption r set invoices = r.invoices - 1,"
                        + " ended_at = null from (select distinct redemption_id from returned) u"
                        + " where r.customer_id = :c and r.id = u.redemption_id")
                .bind("now", clock.instant().atOffset(ZoneOffset.UTC))
                .bind("c", voided.customerId())
                .bind("invoice", voided.invoiceId())
                .execute());
  }
}

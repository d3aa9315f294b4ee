package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.event.EventLog;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Records what was paid on invoices, with a fixed number of statements. */
final class Settlements {
  private final Database db;
  private final EventLog events;
  private final Ids ids;
  private final Clock clock;

  private record Key(UUID customerId, UUID invoiceId, Currency currency) {}

  Settlements(Database db, EventLog events, Ids ids, Clock clock) {
    this.db = db;
    this.events = events;
    this.ids = ids;
    this.clock = clock;
  }

  void settle(List<InvoicePayment> payments) {
    if (!db.inTransaction()) {
      throw new IllegalStateException("invoices are settled in the transaction that moves money");
    }
    if (payments.isEmpty()) {
      return;
    }
    Map<Key, Long> sums = new HashMap<>();
    for (InvoicePayment payment : payments) {
      if (!payment.amount().isPositive()) {
        throw new InvalidInput("amount", "a payment on an invoice must be above zero");
      }
      Key key = new Key(payment.customerId(), payment.invoiceId(), payment.amount().currency());
      sums.merge(key, payment.amount().minorUnits(), Math::addExact);
    }
    Instant now = clock.instant();
    db.run(
        handle -> {
          List<InvoicePaid> paid = reduce(handle, sums, now);
          record(handle, payments, now);
          events.append(paid);
        });
  }

  /** Takes the sums off what is open; gives those that are paid now. */
  private List<InvoicePaid> reduce(Handle handle, Map<Key, Long> sums, Instant now) {
    List<Key> keys = new ArrayList<>(sums.keySet());
    List<InvoicePaid> paid = new ArrayList<>();
    int[] touched = {0};
    handle
        .createQuery(
            "with wanted as (select * from unnest(:customers, :ids, :currencies, :sums)"
                + " as w(customer_id, id, currency, sum)),"
                + " locked as (select i.customer_id, i.id, w.sum from @.invoice i join wanted w"
                + "   on i.customer_id = w.customer_id and i.id = w.id and i.currency = w.currency"
                + "   where i.status = 'OPEN' and i.open >= w.sum"
                + "   order by i.customer_id, i.id for no key update of i)"
                + " update @.invoice i set open = i.open - l.sum, settled = i.settled + l.sum,"
                + "   status = case when i.open = l.sum then 'PAID' else 'OPEN' end,"
                + "   closed_at = case when i.open = l.sum then cast(:now as timestamptz) end"
                + " from locked l where i.customer_id = l.customer_id and i.id = l.id"
                + " returning i.customer_id, i.id, i.number, i.total, i.currency, i.status")
        .bindArray("customers", UUID.class, keys.stream().map(Key::customerId).toList())
        .bindArray("ids", UUID.class, keys.stream().map(Key::invoiceId).toList())
        .bindArray("currencies", String.class, keys.stream().map(k -> k.currency().code()).toList())
        .bindArray("sums", Long.class, keys.stream().map(sums::get).toList())
        .bind("now", now.toString())
        .map(
            (row, context) -> {
              touched[0]++;
              if (row.getString("status").equals("PAID")) {
                Currency currency = Currency.of(row.getString("currency"));
                paid.add(
                    new InvoicePaid(
                        row.getObject("customer_id", UUID.class),
                        row.getObject("id", UUID.class),
                        row.getString("number"),
                        Amount.ofMinor(row.getLong("total"), currency)));
              }
              return true;
            })
        .list();
    if (touched[0] != keys.size()) {
      throw new NotAllowed(
          "invoice-not-open",
          (keys.size() - touched[0])
              + " of the invoices are not open, or have less open than is to be paid: read them"
              + " again, and pay what is open");
    }
    return paid;
  }

  /** The way back: what was settled is open again. */
  void reopen(List<InvoicePayment> payments) {
    if (!db.inTransaction()) {
      throw new IllegalStateException("invoices are reopened in the transaction that moves money");
    }
    List<InvoicePayment> negative = new ArrayList<>();
    List<InvoiceReopened> reopened = new ArrayList<>();
    for (InvoicePayment payment : payments) {
      if (!payment.amount().isPositive()) {
        throw new InvalidInput("amount", "what is taken back must be above zero");
      }
      int changed =
          db.tx(
              handle ->
                  handle
                      .createUpdate(
                          "update @.invoice set open = open + :sum, settled = settled - :sum,"
                              + " status = 'OPEN', closed_at = null where customer_id = :c"
                              + " and id = :id and currency = :currency and settled >= :sum"
                              + " and status in ('OPEN', 'PAID') and kind <> 'CREDIT_NOTE'")
                      .bind("sum", payment.amount().minorUnits())
                      .bind("currency", payment.amount().currency().code())
                      .bind("c", payment.customerId())
                      .bind("id", payment.invoiceId())
                      .execute());
      if (changed == 0) {
        throw new NotAllowed(
            "invoice-not-settled",
            "invoice " + payment.invoiceId() + " has less than " + payment.amount() + " settled");
      }
      negative.add(
          new InvoicePayment(
              payment.customerId(),
              payment.invoiceId(),
              payment.amount().negated(),
              payment.source()));
      reopened.add(
          new InvoiceReopened(payment.customerId(), payment.invoiceId(), payment.amount()));
    }
    db.run(handle -> record(handle, negative, clock.instant()));
    events.append(reopened);
  }

  private void record(Handle handle, List<InvoicePayment> payments, Instant now) {
    handle
        .createUpdate(
            "insert into @.invoice_payment (paid_at, customer_id, invoice_id, id, source, amount)"
                + " select :now, r.*"
                + " from unnest(:customers, :invoices, :ids, :sources, :amounts) as r")
        .bind("now", now.atOffset(ZoneOffset.UTC))
        .bindArray(
            "customers", UUID.class, payments.stream().map(InvoicePayment::customerId).toList())
        .bindArray(
            "invoices", UUID.class, payments.stream().map(InvoicePayment::invoiceId).toList())
        .bindArray("ids", UUID.class, payments.stream().map(p -> ids.next()).toList())
        .bindArray("sources", String.class, payments.stream().map(p -> p.source().name()).toList())
        .bindArray(
            "amounts", Long.class, payments.stream().map(p -> p.amount().minorUnits()).toList())
        .execute();
  }
}

package dev.innkeeper.billing.invoice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.db.Database;
import java.util.LinkedHashMap;
import java.util.Map;

/** What must hold of invoices at any time, checked in SQL over everything there is. */
final class InvoiceInvariants {
  private static final Map<String, String> OFFENDERS = new LinkedHashMap<>();

  static {
    OFFENDERS.put(
        "numbers have no gap and none is used twice",
        "select count(*) from (select s.last_number, count(i.*) as n, count(distinct i.series_number)"
            + " as d, max(i.series_number) as m from @.invoice_series s left join @.invoice i"
            + " on i.seller_code = s.seller_code and i.series_year = s.year and"
            + " (i.kind = 'CREDIT_NOTE') = (s.series = 'CREDIT_NOTES') and i.number is not null"
            + " group by s.seller_code, s.series, s.year, s.last_number) x"
            + " where n <> last_number or d <> last_number or coalesce(m, 0) <> last_number");
    OFFENDERS.put(
        "a period has one cycle invoice",
        "select count(*) from (select 1 from @.invoice where kind = 'CYCLE'"
            + " group by customer_id, currency, period_index having count(*) > 1) x");
    OFFENDERS.put(
        "lines add up to the net",
        "select count(*) from @.invoice i where net <> (select coalesce(sum(l.net), 0)"
            + " from @.invoice_line l where l.customer_id = i.customer_id and l.invoice_id = i.id)");
    OFFENDERS.put(
        "no line is without its invoice",
        "select count(*) from @.invoice_line l where not exists (select 1 from @.invoice i"
            + " where i.customer_id = l.customer_id and i.id = l.invoice_id)");
    OFFENDERS.put(
        "groups add up to net and tax",
        "select count(*) from @.invoice i cross join lateral (select"
            + " coalesce(sum((g->>'netMinor')::bigint), 0) as n,"
            + " coalesce(sum((g->>'taxMinor')::bigint), 0) as t"
            + " from jsonb_array_elements(i.tax_groups) g) s where i.net <> s.n or i.tax <> s.t");
    OFFENDERS.put(
        "payments add up to what is settled",
        "select count(*) from @.invoice i where kind <> 'CREDIT_NOTE' and settled <> (select"
            + " coalesce(sum(amount), 0) from @.invoice_payment p"
            + " where p.customer_id = i.customer_id and p.invoice_id = i.id)");
    OFFENDERS.put(
        "credit notes add up to what is credited",
        "select count(*) from @.invoice i where status <> 'VOID' and kind <> 'CREDIT_NOTE' and"
            + " credited <> (select coalesce(sum(n.total), 0) from @.invoice n"
            + " where n.customer_id = i.customer_id and n.corrects = i.id)");
    OFFENDERS.put(
        "the receivable is what is open",
        "select count(*) from (select owner, currency, sum(balance) as owed from @.ledger_account"
            + " where code = 'receivable' group by owner, currency) a full join"
            + " (select customer_id, currency, sum(open) as open from @.invoice"
            + " where kind <> 'CREDIT_NOTE' group by customer_id, currency) i"
            + " on i.customer_id = a.owner and i.currency = a.currency"
            + " where coalesce(a.owed, 0) <> coalesce(i.open, 0)");
    OFFENDERS.put(
        "every invoice is in the ledger with its total",
        "select count(*) from @.invoice i where i.kind <> 'CREDIT_NOTE' and i.total <> (select"
            + " coalesce(sum(e.amount), 0) from @.ledger_entry e where e.transfer_id = i.id"
            + " and e.owner = i.customer_id)");
    OFFENDERS.put(
        "the ledger is balanced",
        "select count(*) from (select currency from @.ledger_account group by currency"
            + " having sum(balance) <> 0) x");
    OFFENDERS.put(
        "every document has its event",
        "select count(*) from @.invoice i where not exists (select 1 from @.event e"
            + " where e.customer_id = i.customer_id and e.type = 'invoice.issued'"
            + " and e.data->>'invoiceId' = i.id::text)");
  }

  private InvoiceInvariants() {}

  /** For invoices that are settled through the ledger only: nothing is paid by tests directly. */
  static void hold(Database db) {
    db.run(
        handle ->
            OFFENDERS.forEach(
                (claim, sql) ->
                    assertThat(handle.createQuery(sql).mapTo(Long.class).one())
                        .as("offenders: %s", claim)
                        .isZero()));
  }
}

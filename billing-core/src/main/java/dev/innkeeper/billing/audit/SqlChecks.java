package dev.innkeeper.billing.audit;

import java.util.List;

/** The promises that a query can check. */
final class SqlChecks {
  private SqlChecks() {}

  static List<SqlCheck> all() {
    return List.of(
        transfersBalance(),
        balancesMatchEntries(),
        floorsHold(),
        invoiceSums(),
        invoicePayments(),
        invoiceNumbers(),
        receivables(),
        chargesDoNotOverlap(),
        vouchersAsOftenAsAllowed(),
        couponsAsOftenAsAllowed(),
        nothingPaidIsSuspended(),
        eventsWithoutGaps());
  }

  private static SqlCheck transfersBalance() {
    return new SqlCheck(
        "transfers-balance",
        "every transfer sums to zero in every currency, and has entries just when it was posted",
        """
        select 'transfer ' || x.transfer_id || ' is off by ' || x.off || ' ' || x.currency
        from (
          select e.transfer_id, a.currency, sum(e.amount) as off
          from @.ledger_entry e join @.ledger_account a using (owner, account)
          group by e.transfer_id, a.currency having sum(e.amount) <> 0) x
        union all
        select 'transfer ' || t.id || ' is ' || t.status || ' and has '
          || case when t.status = 'POSTED' then 'no entries' else 'entries' end
        from @.ledger_transfer t
        where (t.status = 'POSTED')
          <> exists (select 1 from @.ledger_entry e where e.transfer_id = t.id)
        union all
        select 'entry ' || e.seq || ' of account ' || e.owner || '/' || e.account
          || ' belongs to no transfer'
        from @.ledger_entry e
        where not exists (select 1 from @.ledger_transfer t where t.id = e.transfer_id)
        """);
  }

  private static SqlCheck balancesMatchEntries() {
    return new SqlCheck(
        "balances-match-entries",
        "every balance is the sum of the account's entries, which have no gap",
        """
        select 'account ' || a.owner || ' ' || a.code || ' ' || a.currency || ' has balance '
          || a.balance || ' and entries of ' || coalesce(e.total, 0)
          || ', seq ' || a.seq || ' and ' || coalesce(e.n, 0) || ' entries'
        from @.ledger_account a
        left join (
          select owner, account, sum(amount) as total, count(*) as n, max(seq) as last
          from @.ledger_entry group by owner, account) e using (owner, account)
        where a.balance <> coalesce(e.total, 0) or a.seq <> coalesce(e.n, 0)
          or a.seq <> coalesce(e.last, 0)
        union all
        select 'entry ' || seq || ' of account ' || owner || '/' || account || ' leaves '
          || balance_after || ' where its predecessors make ' || running
        from (
          select owner, account, seq, balance_after,
            sum(amount) over (partition by owner, account order by seq) as running
          from @.ledger_entry) r
        where balance_after <> running
        """);
  }

  private static SqlCheck floorsHold() {
    return new SqlCheck(
        "floors-hold",
        "no account with a floor is below it, now or ever",
        """
        select 'account ' || a.owner || ' ' || a.code || ' ' || a.currency
          || ' fell to ' || e.balance_after || ' with entry ' || e.seq
        from @.ledger_account a join @.ledger_entry e using (owner, account)
        where a.floor is not null
          and (case when a.type in ('ASSET', 'EXPENSE') then e.balance_after
            else -e.balance_after end) < a.floor
        """);
  }

  private static SqlCheck invoiceSums() {
    return new SqlCheck(
        "invoice-sums",
        "an invoice's lines make its total; its total is settled, open, credited or written off",
        """
        select 'invoice ' || coalesce(i.number, i.id::text) || ' has net ' || i.net
          || ' and lines of ' || coalesce(l.net, 0)
        from @.invoice i
        left join (select customer_id, invoice_id, sum(net) as net from @.invoice_line
          group by customer_id, invoice_id) l
          on l.customer_id = i.customer_id and l.invoice_id = i.id
        where i.net <> coalesce(l.net, 0)
        union all
        select 'invoice ' || coalesce(i.number, i.id::text) || ' of ' || i.total || ' has '
          || (i.open + i.settled + i.credited + i.written_off) || ' accounted for'
        from @.invoice i
        where i.open + i.settled + i.credited + i.written_off <> i.total or i.net + i.tax <> i.total
        """);
  }

  private static SqlCheck invoicePayments() {
    return new SqlCheck(
        "invoice-payments",
        "what is settled on an invoice is the sum of what was paid to it",
        """
        select 'invoice ' || coalesce(i.number, i.id::text) || ' is settled by ' || i.settled
          || ' and was paid ' || coalesce(p.paid, 0)
        from @.invoice i
        left join (select customer_id, invoice_id, sum(amount) as paid from @.invoice_payment
          group by customer_id, invoice_id) p
          on p.customer_id = i.customer_id and p.invoice_id = i.id
        where i.kind <> 'CREDIT_NOTE' and i.settled <> coalesce(p.paid, 0)
        """);
  }

  private static SqlCheck invoiceNumbers() {
    return new SqlCheck(
        "invoice-numbers",
        "numbers of a series run from 1 without gap or repeat",
        """
        select 'series ' || s.seller_code || ' ' || s.series || ' ' || s.year || ' counts to '
          || s.last_number || ' and has ' || coalesce(n.n, 0) || ' invoices, '
          || coalesce(n.distinct_n, 0) || ' numbers, up to ' || coalesce(n.last, 0)
        from @.invoice_series s
        left join (
          select seller_code, case kind when 'CREDIT_NOTE' then 'CREDIT_NOTES' else 'INVOICES' end
              as series, series_year, count(*) as n, count(distinct series_number) as distinct_n,
            max(series_number) as last
          from @.invoice where series_number is not null group by 1, 2, 3) n
          on n.seller_code = s.seller_code and n.series = s.series and n.series_year = s.year
        where s.last_number <> coalesce(n.n, 0) or coalesce(n.n, 0) <> coalesce(n.distinct_n, 0)
          or s.last_number <> coalesce(n.last, 0)
        """);
  }

  private static SqlCheck receivables() {
    return new SqlCheck(
        "receivables-match-invoices",
        "what the ledger says a customer owes is what the customer's open invoices say",
        """
        select 'customer ' || coalesce(a.owner, i.customer_id) || ' owes '
          || coalesce(a.balance, 0) || ' ' || coalesce(a.currency, i.currency)
          || ' by the ledger and ' || coalesce(i.open, 0) || ' by the invoices'
        from (select owner, currency, sum(balance) as balance from @.ledger_account
          where code = 'receivable' group by owner, currency) a
        full join (select customer_id, currency, sum(open) as open from @.invoice
          where status = 'OPEN' and kind <> 'CREDIT_NOTE' group by customer_id, currency) i
          on i.customer_id = a.owner and i.currency = a.currency
        where coalesce(a.balance, 0) <> coalesce(i.open, 0)
        """);
  }

  private static SqlCheck chargesDoNotOverlap() {
    return new SqlCheck(
        "charges-do-not-overlap",
        "no time of a subscription is charged twice for the same component, unless it was given back",
        """
        select 'subscription ' || subscription_id || ' is charged for ' || component || ' from '
          || from_at || ' though it was charged until ' || before
        from (
          select l.customer_id, l.subscription_id, l.component, l.from_at, l.to_at,
            max(l.to_at) over (partition by l.customer_id, l.subscription_id, l.component
              order by l.from_at, l.to_at
              rows between unbounded preceding and 1 preceding) as before
          from @.invoice_line l join @.invoice i
            on i.customer_id = l.customer_id and i.id = l.invoice_id
          where l.subscription_id is not null and l.from_at < l.to_at and l.amount > 0
            and i.kind = 'CYCLE' and i.status <> 'VOID') x
        where from_at < before
          -- A change of plan gives back the rest of what was charged in advance.
          and not exists (select 1 from @.invoice_line r join @.invoice n
            on n.customer_id = r.customer_id and n.id = r.invoice_id
            where r.customer_id = x.customer_id and r.subscription_id = x.subscription_id
              and r.component = x.component and n.status <> 'VOID'
              and (r.amount <= 0 or n.kind = 'CREDIT_NOTE')
              and r.from_at < least(x.to_at, x.before) and r.to_at > x.from_at)
        """);
  }

  private static SqlCheck eventsWithoutGaps() {
    return new SqlCheck(
        "events-without-gaps",
        "every event of a customer is in the log",
        """
        select 'customer ' || s.customer_id || ' had ' || s.event_seq || ' events and the log has '
          || coalesce(e.n, 0)
        from @.customer_state s
        left join (select customer_id, count(*) as n, max(seq) as last from @.event
          group by customer_id) e using (customer_id)
        where s.event_seq <> coalesce(e.n, 0) or s.event_seq <> coalesce(e.last, 0)
        """);
  }

  private static SqlCheck vouchersAsOftenAsAllowed() {
    return new SqlCheck(
        "vouchers-as-often-as-allowed",
        "a voucher was redeemed as often as it says, and at most as often as it may be",
        """
        select 'voucher of batch ' || v.batch_id || ' ending in ' || right(v.code, 4)
          || ' counts ' || v.used || ' uses of ' || v.uses_max || ' and has '
          || coalesce(r.n, 0) || ' redemptions'
        from @.voucher v
        left join (select code, count(*) as n from @.voucher_redemption group by code) r
          on r.code = v.code
        where v.used <> coalesce(r.n, 0) or v.used > v.uses_max
        """);
  }

  private static SqlCheck couponsAsOftenAsAllowed() {
    return new SqlCheck(
        "coupons-as-often-as-allowed",
        "a coupon was redeemed as often as it counts and may be, and took off what its lines say",
        """
        select 'coupon ' || c.code || ' counts ' || c.redemptions || ' redemptions of '
          || coalesce(c.redemptions_max::text, 'any number') || ' and has ' || coalesce(r.n, 0)
          || ', of one customer up to ' || coalesce(r.most, 0)
        from @.coupon c
        left join (select coupon_id, sum(n) as n, max(n) as most from (
            select coupon_id, customer_id, count(*) as n from @.coupon_redemption
            group by coupon_id, customer_id) p group by coupon_id) r on r.coupon_id = c.id
        where c.redemptions <> coalesce(r.n, 0) or c.redemptions > c.redemptions_max
          or r.most > c.redemptions_a_customer_max
        union all
        select 'invoice ' || coalesce(l.invoice_id, u.invoice_id) || ' is discounted by '
          || coalesce(l.minor, 0) || ' and coupons took off ' || coalesce(u.minor, 0)
        from (select customer_id, invoice_id, -sum(amount) as minor from @.invoice_line
          where component = 'coupon' and amount < 0 group by customer_id, invoice_id) l
        full join (select customer_id, invoice_id, sum(amount_minor) as minor from @.coupon_use
          group by customer_id, invoice_id) u
          on u.customer_id = l.customer_id and u.invoice_id = l.invoice_id
        where coalesce(l.minor, 0) <> coalesce(u.minor, 0)
          and not exists (select 1 from @.invoice n where n.customer_id = l.customer_id
            and n.id = l.invoice_id and n.kind = 'CREDIT_NOTE')
        union all
        select 'coupon ' || c.code || ' took off ' || sum(u.amount_minor) || ' of '
          || c.amount_minor || ' with redemption ' || u.redemption_id
        from @.coupon_use u
        join @.coupon_redemption r on r.customer_id = u.customer_id and r.id = u.redemption_id
        join @.coupon c on c.id = r.coupon_id
        where c.amount_minor is not null and u.returned_at is null
        group by c.code, c.amount_minor, c.lasts, u.redemption_id,
          case when c.lasts = 'ONCE' then 0 else u.period_index end
        having sum(u.amount_minor) > c.amount_minor
        union all
        select 'redemption ' || r.id || ' counts ' || r.invoices || ' invoices and is on '
          || count(distinct u.invoice_id)
        from @.coupon_redemption r
        left join @.coupon_use u on u.customer_id = r.customer_id and u.redemption_id = r.id
          and u.returned_at is null
        group by r.customer_id, r.id, r.invoices having r.invoices <> count(distinct u.invoice_id)
        union all
        select 'invoice ' || i.number || ' is void and uses coupons up'
        from @.coupon_use u
        join @.invoice i on i.customer_id = u.customer_id and i.id = u.invoice_id
        where i.status = 'VOID' and u.returned_at is null
        """);
  }

  private static SqlCheck nothingPaidIsSuspended() {
    return new SqlCheck(
        "nothing-paid-is-suspended",
        "who owes nothing has nothing suspended for not paying",
        """
        select 'subscription ' || s.id || ' of customer ' || s.customer_id
          || ' is suspended as unpaid, and no invoice is open'
        from @.subscription s
        where s.status = 'SUSPENDED' and s.suspended_reason = 'unpaid'
          and not exists (select 1 from @.invoice i
            where i.customer_id = s.customer_id and i.status = 'OPEN')
        """);
  }
}

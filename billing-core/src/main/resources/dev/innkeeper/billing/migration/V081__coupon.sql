-- Coupons: discounts on invoices to come. A coupon's terms never change; it can be withdrawn. How
-- often it was redeemed is counted on its row, so that the cap is the database's too.
create table coupon (
  id           uuid        primary key,
  code         text        not null check (code ~ '^[A-Z0-9][A-Z0-9-]{2,39}$'),
  name         text        not null check (length(name) between 1 and 200),
  percent      numeric     check (percent > 0 and percent <= 100),
  amount_minor bigint      check (amount_minor > 0),
  currency     text,
  products     text[]      not null,
  lasts        text        not null check (lasts in ('ONCE', 'PERIODS', 'FOREVER')),
  periods      int         check (periods between 1 and 1200),
  stacking     text        not null check (stacking in ('COMBINES', 'ALONE')),
  redemptions  int         not null default 0,
  redemptions_max int      check (redemptions_max > 0),
  redemptions_a_customer_max int not null check (redemptions_a_customer_max between 1 and 1000),
  valid_from   timestamptz not null,
  valid_until  timestamptz check (valid_until > valid_from),
  withdrawn_at timestamptz,
  created_by   text        not null,
  created_at   timestamptz not null,
  constraint coupon_percent_or_amount check ((percent is null) <> (amount_minor is null)),
  constraint coupon_amount_has_currency check ((amount_minor is null) = (currency is null)),
  constraint coupon_periods check ((lasts = 'PERIODS') = (periods is not null)),
  constraint coupon_as_often_as_allowed
    check (redemptions >= 0 and (redemptions_max is null or redemptions <= redemptions_max))
) with (fillfactor = 90);
create unique index coupon_by_code on coupon (code);

-- A customer's right to a coupon's discount. from_at and until_at bound the time whose charges are
-- discounted; a coupon for one invoice has no end and invoices_max 1.
create table coupon_redemption (
  customer_id  uuid        not null,
  id           uuid        not null,
  coupon_id    uuid        not null references coupon,
  -- The customer's how-manieth: unique, so that the cap for each customer is the database's too.
  number       int         not null check (number > 0),
  redeemed_at  timestamptz not null,
  from_at      timestamptz not null,
  until_at     timestamptz,
  invoices     int         not null default 0,
  invoices_max int,
  ended_at     timestamptz,
  primary key (customer_id, id),
  constraint coupon_redemption_once unique (customer_id, coupon_id, number),
  constraint coupon_redemption_invoices
    check (invoices >= 0 and (invoices_max is null or invoices <= invoices_max))
) with (fillfactor = 90);
create index coupon_redemption_open on coupon_redemption (customer_id, id) where ended_at is null;
create index coupon_redemption_by_coupon on coupon_redemption (coupon_id);

-- What a redemption took off an invoice, by the billing period of the discounted charges.
create table coupon_use (
  customer_id   uuid        not null,
  redemption_id uuid        not null,
  invoice_id    uuid        not null,
  period_index  bigint      not null,
  amount_minor  bigint      not null check (amount_minor > 0),
  currency      text        not null,
  used_at       timestamptz not null,
  primary key (customer_id, redemption_id, invoice_id, period_index)
);
create index coupon_use_by_invoice on coupon_use (customer_id, invoice_id);

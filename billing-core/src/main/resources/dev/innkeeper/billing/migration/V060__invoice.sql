-- Sellers as invoices show them: every version that an invoice was issued under, never changed.
create table invoice_seller (
  code       text        not null,
  version    int         not null check (version > 0),
  details    jsonb       not null,
  created_at timestamptz not null,
  primary key (code, version)
);

-- Gapless numbers: one row for each seller, series and year. A transaction that issues takes as many
-- numbers as it needs at its end, so that the row is locked for as short a time as possible.
create table invoice_series (
  seller_code text   not null,
  series      text   not null check (series in ('INVOICES', 'CREDIT_NOTES')),
  year        int    not null,
  last_number bigint not null check (last_number >= 0),
  primary key (seller_code, series, year)
);

-- Invoices and credit notes; amounts are minor units of the currency. Once issued only status,
-- closed_* and the four sums below the total change.
create table invoice (
  customer_id    uuid        not null,
  id             uuid        not null,
  kind           text        not null check (kind in ('CYCLE', 'IMMEDIATE', 'CUSTOM', 'CREDIT_NOTE')),
  status         text        not null
                             check (status in ('DRAFT', 'OPEN', 'PAID', 'VOID', 'UNCOLLECTIBLE')),
  currency       text        not null,
  seller_code    text        not null,
  seller_version int         not null,
  series_year    int,
  series_number  bigint      check (series_number > 0),
  -- Collated by bytes: a prefix is found by the index, and the order is that of the zero-padded number.
  number         text        collate "C",
  period_index   bigint,
  period_from    timestamptz,
  period_to      timestamptz,
  issued_at      timestamptz,
  due_at         timestamptz,
  net            bigint      not null,
  tax            bigint      not null,
  total          bigint      not null check (total >= 0),
  open           bigint      not null check (open >= 0),
  settled        bigint      not null default 0 check (settled >= 0),
  credited       bigint      not null default 0 check (credited >= 0),
  written_off    bigint      not null default 0 check (written_off >= 0),
  tax_groups     jsonb       not null,
  buyer          jsonb       not null,
  corrects       uuid,
  note           text,
  run_id         uuid,
  closed_at      timestamptz,
  closed_reason  text,
  primary key (customer_id, id),
  constraint invoice_total check (net + tax = total),
  constraint invoice_sums check (open + settled + credited + written_off = total),
  constraint invoice_open check ((status in ('OPEN', 'DRAFT')) or open = 0),
  constraint invoice_still_open check (status <> 'OPEN' or open > 0),
  constraint invoice_numbered check ((status = 'DRAFT') = (number is null)
    and (number is null) = (series_number is null) and (number is null) = (issued_at is null)),
  constraint invoice_corrects check ((kind = 'CREDIT_NOTE') = (corrects is not null)),
  constraint invoice_period check ((kind = 'CYCLE') = (period_index is not null))
) with (fillfactor = 85);
-- One invoice for each customer, currency and period, whatever runs twice.
create unique index invoice_once_per_period on invoice (customer_id, currency, period_index)
  where kind = 'CYCLE';
create unique index invoice_by_number on invoice (number, seller_code) where number is not null;
create index invoice_open_by_due on invoice (due_at, customer_id, id) where status = 'OPEN';
create index invoice_corrections on invoice (customer_id, corrects) where corrects is not null;

create table invoice_line (
  customer_id     uuid    not null,
  invoice_id      uuid    not null,
  position        int     not null check (position > 0),
  subscription_id uuid,
  product_code    text    not null,
  component       text    not null,
  description     text    not null,
  from_at         timestamptz,
  to_at           timestamptz,
  quantity        numeric not null,
  unit            text    not null,
  unit_price      numeric,
  amount          bigint  not null,
  net             bigint  not null,
  tax_group       int     not null check (tax_group >= 0),
  explanation     text    not null,
  primary key (customer_id, invoice_id, position)
);

-- What went to an invoice and from where; a negative amount went back.
create table invoice_payment (
  customer_id uuid        not null,
  invoice_id  uuid        not null,
  id          uuid        not null,
  source      text        not null check (source in ('VOUCHER', 'CASH', 'CARD', 'EXTERNAL')),
  amount      bigint      not null check (amount <> 0),
  paid_at     timestamptz not null,
  primary key (customer_id, invoice_id, id)
);

-- What a billing run did: one row a chunk, written in the chunk's transaction.
create table invoice_run_chunk (
  run_id       uuid        not null,
  chunk_id     uuid        not null,
  customers    int         not null,
  invoices     int         not null,
  parked       int         not null,
  totals       jsonb       not null,
  finished_at  timestamptz not null,
  primary key (run_id, chunk_id)
);

-- Customers the run leaves out until someone has looked at the reason.
create table invoice_parked (
  customer_id uuid        primary key,
  reason      text        not null,
  parked_at   timestamptz not null,
  run_id      uuid
);

-- Cards and other methods. position is the order in which they are tried; the first is the default.
create table payment_method (
  customer_id        uuid        not null,
  id                 uuid        not null,
  provider           text        not null,
  method_reference   text        not null,
  customer_reference text,
  fingerprint        text        not null,
  brand              text        not null,
  last4              text        not null,
  expiry_month       int         not null check (expiry_month between 1 and 12),
  expiry_year        int         not null check (expiry_year between 2000 and 2200),
  position           int         not null,
  status             text        not null check (status in ('ACTIVE', 'DISABLED', 'REMOVED')),
  disabled_code      text,
  warned_at          timestamptz,
  added_at           timestamptz not null,
  primary key (customer_id, id)
);
create unique index payment_method_once on payment_method (customer_id, provider, fingerprint)
  where status <> 'REMOVED';
create unique index payment_method_order on payment_method (customer_id, position)
  where status <> 'REMOVED';
create index payment_method_by_reference on payment_method (provider, method_reference);

-- Wishes to add a method, recorded before the provider hears of them.
create table method_set_up (
  customer_id uuid        not null,
  id          uuid        not null unique,
  provider    text        not null,
  state       text        not null check (state in ('ASKED', 'WAITING', 'DONE', 'REFUSED')),
  reference   text,
  recorded_at timestamptz not null,
  primary key (customer_id, id)
);

-- One row for every attempt to charge a method, recorded before the provider is called. next_at is
-- when somebody must look after it; final states have none.
create table payment (
  customer_id        uuid        not null,
  id                 uuid        not null,
  purpose            text        not null check (purpose in ('INVOICE', 'TOP_UP')),
  invoice_id         uuid,
  method_id          uuid        not null,
  provider           text        not null,
  method_reference   text        not null,
  customer_reference text,
  amount_minor       bigint      not null check (amount_minor > 0),
  currency           text        not null,
  description        text        not null,
  presence           text        not null check (presence in ('ON_SESSION', 'OFF_SESSION')),
  state              text        not null check (state in ('RECORDED', 'CALLING', 'UNKNOWN',
                                   'ACTION_REQUIRED', 'SUCCEEDED', 'DECLINED', 'CANCELLED')),
  reference          text,
  decline_kind       text,
  decline_code       text,
  message            text,
  action_url         text,
  fee_minor          bigint      not null default 0 check (fee_minor >= 0),
  refunded_minor     bigint      not null default 0,
  disputed_minor     bigint      not null default 0 check (disputed_minor >= 0),
  lookups            int         not null default 0,
  recorded_at        timestamptz not null,
  called_at          timestamptz,
  finished_at        timestamptz,
  next_at            timestamptz,
  primary key (customer_id, id),
  constraint payment_has_purpose check ((purpose = 'INVOICE') = (invoice_id is not null)),
  constraint payment_ends check ((next_at is null) = (state in ('SUCCEEDED', 'DECLINED', 'CANCELLED'))),
  constraint payment_refunds check (refunded_minor between 0 and amount_minor)
) with (fillfactor = 80);
-- No two attempts for one invoice at a time, whoever asks.
create unique index payment_one_open_an_invoice on payment (customer_id, invoice_id)
  where next_at is not null and invoice_id is not null;
create index payment_due on payment (next_at, customer_id, id) where next_at is not null;
create index payment_by_invoice on payment (customer_id, invoice_id, finished_at)
  where invoice_id is not null;
create index payment_by_reference on payment (provider, reference) where reference is not null;
create unique index payment_by_id on payment (id);

-- Notices of providers that took effect, so that a repeat takes none.
create table provider_notice (
  provider    text        not null,
  notice_id   text        not null,
  received_at timestamptz not null,
  primary key (provider, notice_id)
);

-- When settling an open invoice was first tried: what is issued and not tried yet is found by the
-- index, whoever issued it.
alter table invoice add column settle_tried_at timestamptz;
create index invoice_to_settle on invoice (issued_at, customer_id)
  where status = 'OPEN' and settle_tried_at is null;
create index invoice_open_by_customer on invoice (customer_id, id) where status = 'OPEN';

-- Money on its way back to a card. The amount leaves the wallet, and the charge's refundable rest,
-- in the transaction that records it; a refusal puts both back.
create table refund (
  customer_id      uuid        not null,
  id               uuid        not null,
  payment_id       uuid        not null,
  provider         text        not null,
  charge_reference text        not null,
  amount_minor     bigint      not null check (amount_minor > 0),
  currency         text        not null,
  reason           text        not null,
  -- EXTERNAL: made on the provider's pages, not by us.
  origin           text        not null check (origin in ('ENGINE', 'EXTERNAL')),
  state            text        not null
                   check (state in ('RECORDED', 'CALLING', 'UNKNOWN', 'SUCCEEDED', 'REFUSED')),
  reference        text,
  message          text,
  lookups          int         not null default 0,
  recorded_at      timestamptz not null,
  called_at        timestamptz,
  finished_at      timestamptz,
  next_at          timestamptz,
  primary key (customer_id, id),
  constraint refund_ends check ((next_at is null) = (state in ('SUCCEEDED', 'REFUSED')))
) with (fillfactor = 80);
create index refund_due on refund (next_at, customer_id, id) where next_at is not null;
create index refund_by_payment on refund (customer_id, payment_id);
create unique index refund_by_reference on refund (provider, reference) where reference is not null;

-- Charges that customers dispute with their banks.
create table dispute (
  customer_id  uuid        not null,
  provider     text        not null,
  reference    text        not null,
  payment_id   uuid        not null,
  state        text        not null check (state in ('OPENED', 'WON', 'LOST')),
  amount_minor bigint      not null check (amount_minor > 0),
  fee_minor    bigint      not null check (fee_minor >= 0),
  currency     text        not null,
  opened_at    timestamptz not null,
  closed_at    timestamptz,
  primary key (customer_id, provider, reference),
  constraint dispute_closes check ((state = 'OPENED') = (closed_at is null))
);
create unique index dispute_by_reference on dispute (provider, reference);

-- What was written off when money was taken back, as far as none of it came back since.
create table taken_back_loss (
  customer_id    uuid        not null,
  -- The transfer that wrote it off.
  transfer_id    uuid        not null,
  amount_minor   bigint      not null check (amount_minor >= 0),
  currency       text        not null,
  written_off_at timestamptz not null,
  primary key (customer_id, transfer_id)
);

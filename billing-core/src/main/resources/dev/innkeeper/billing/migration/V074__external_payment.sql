-- Money that came another way than by a payment provider, as an operator recorded it. The reference is
-- what the bank calls the transfer: nobody records it twice.
create table external_payment (
  customer_id  uuid        not null,
  id           uuid        not null,
  channel      text        not null check (channel ~ '^[a-z][a-z0-9-]{0,39}$'),
  reference    text        not null check (length(reference) between 1 and 200),
  amount_minor bigint      not null check (amount_minor > 0),
  currency     text        not null,
  invoice_id   uuid,
  invoice_minor bigint     not null default 0 check (invoice_minor between 0 and amount_minor),
  received_at  timestamptz not null,
  recorded_by  text        not null,
  recorded_at  timestamptz not null,
  primary key (customer_id, id)
);
create unique index external_payment_once on external_payment (channel, reference);

-- Cash on its way out to a customer by hand. It left the wallet when it was recorded; cancelling puts
-- it back.
create table payout (
  customer_id  uuid        not null,
  id           uuid        not null,
  amount_minor bigint      not null check (amount_minor > 0),
  currency     text        not null,
  reason       text        not null check (length(reason) between 1 and 200),
  state        text        not null check (state in ('WAITING', 'SENT', 'CANCELLED')),
  channel      text,
  reference    text,
  recorded_by  text        not null,
  recorded_at  timestamptz not null,
  finished_by  text,
  finished_at  timestamptz,
  primary key (customer_id, id),
  constraint payout_ends check ((state = 'WAITING') = (finished_at is null)),
  constraint payout_sent check ((state = 'SENT') = (reference is not null))
);
create index payout_waiting on payout (recorded_at, customer_id, id) where state = 'WAITING';

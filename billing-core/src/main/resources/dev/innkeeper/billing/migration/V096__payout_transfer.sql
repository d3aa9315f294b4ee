-- Payouts that a payment provider sends. transfer_id is the provider's idempotency key: a new one for
-- every wish to send, since a refused one can't be asked for again. next_at is when somebody must look
-- after one that is being sent.
alter table payout
  add column transfer_id uuid,
  add column destination text check (length(destination) between 1 and 200),
  add column message     text,
  add column lookups     int not null default 0,
  add column called_at   timestamptz,
  add column next_at     timestamptz,
  drop constraint payout_state_check,
  drop constraint payout_ends,
  add constraint payout_state_check check (state in ('WAITING', 'SENDING', 'SENT', 'CANCELLED')),
  add constraint payout_ends check ((state in ('WAITING', 'SENDING')) = (finished_at is null)),
  add constraint payout_looked_after check ((state = 'SENDING') = (next_at is not null)),
  add constraint payout_is_called check (state <> 'SENDING'
    or (transfer_id is not null and destination is not null and called_at is not null));
drop index payout_waiting;
create index payout_waiting on payout (recorded_at, customer_id, id)
  where state in ('WAITING', 'SENDING');
create index payout_due on payout (next_at, customer_id, id) where next_at is not null;
create unique index payout_by_transfer on payout (transfer_id) where transfer_id is not null;

-- What came back of payouts that a provider had sent, one row for each time.
create table payout_return (
  customer_id  uuid        not null,
  provider     text        not null,
  reference    text        not null,
  payout_id    uuid        not null,
  amount_minor bigint      not null check (amount_minor > 0),
  currency     text        not null,
  returned_at  timestamptz not null,
  primary key (customer_id, provider, reference)
);

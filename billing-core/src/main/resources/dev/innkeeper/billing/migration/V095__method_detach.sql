-- Cards that providers are to let go of: removed, replaced, or entered twice. Recorded in the transaction
-- that does away with the card, and asked for until it is done. next_at is when to ask (again).
create table method_detach (
  customer_id        uuid        not null,
  id                 uuid        not null,
  provider           text        not null,
  method_reference   text        not null,
  customer_reference text,
  state              text        not null check (state in ('RECORDED', 'ASKED', 'DONE', 'GIVEN_UP')),
  message            text,
  lookups            int         not null default 0,
  recorded_at        timestamptz not null,
  finished_at        timestamptz,
  next_at            timestamptz,
  primary key (customer_id, id),
  constraint method_detach_ends check ((next_at is null) = (state in ('DONE', 'GIVEN_UP')))
) with (fillfactor = 80);
create index method_detach_due on method_detach (next_at, customer_id, id) where next_at is not null;
create unique index method_detach_once on method_detach (provider, method_reference);

-- When a card that could not be charged became one that can: declines before that say nothing of it.
alter table payment_method add column renewed_at timestamptz;

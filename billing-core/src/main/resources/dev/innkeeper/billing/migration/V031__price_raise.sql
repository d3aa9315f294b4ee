-- Raises that move running subscriptions. Their customers are told notice ahead, a chunk at a time:
-- next_at is when the next chunk is due, the last two columns say where it begins. A second round,
-- when the raise begins to hold, finds whoever slipped in while the first one ran.
create table price_raise (
  price_version_id   uuid        primary key references price_version (id),
  next_at            timestamptz not null,
  rounds_left        int         not null check (rounds_left between 0 and 2),
  after_customer     uuid        not null default '00000000-0000-0000-0000-000000000000',
  after_subscription uuid        not null default '00000000-0000-0000-0000-000000000000'
);
create index price_raise_due on price_raise (next_at) where rounds_left > 0;

-- Who was told of what: a subscription hears of a raise once.
create table price_notice (
  customer_id      uuid        not null,
  subscription_id  uuid        not null,
  price_version_id uuid        not null,
  told_at          timestamptz not null,
  moves_at         timestamptz not null,
  primary key (customer_id, subscription_id, price_version_id)
);

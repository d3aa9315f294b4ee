-- What was measured, each record once: the caller's key is part of the primary key. A record that
-- was replaced names its successor and counts no more; nothing is deleted.
create table usage_record (
  customer_id     uuid        not null,
  subscription_id uuid        not null,
  idempotency_key text        not null check (length(idempotency_key) between 1 and 200),
  meter           text        not null,
  quantity        numeric     not null check (quantity between -1000000000000 and 1000000000000),
  from_at         timestamptz not null,
  to_at           timestamptz not null,
  item            text,
  replaces        text,
  replaced_by     text,
  recorded_at     timestamptz not null,
  primary key (customer_id, subscription_id, idempotency_key),
  check (to_at >= from_at)
);
create index usage_record_by_time on usage_record (customer_id, subscription_id, meter, from_at);

-- Which meters have records that no charge has seen, and how far they reach. A few rows a
-- subscription; gone once the periods they fall into are charged.
create table usage_pending (
  customer_id     uuid        not null,
  subscription_id uuid        not null,
  meter           text        not null,
  earliest        timestamptz not null,
  latest          timestamptz not null,
  primary key (customer_id, subscription_id, meter),
  check (latest >= earliest)
) with (fillfactor = 70);

-- What was charged for a metered component in a billing period under a price: late records charge
-- the difference.
create table usage_charged (
  customer_id      uuid    not null,
  subscription_id  uuid    not null,
  period_index     bigint  not null,
  price_version_id uuid    not null,
  component        text    not null,
  quantity         numeric not null,
  minor_units      bigint  not null check (minor_units >= 0),
  primary key (customer_id, subscription_id, period_index, price_version_id, component)
);

-- What a customer has taken out, as it is now.
create table subscription (
  customer_id      uuid        not null,
  id               uuid        not null,
  product_code     text        not null references product (code),
  options          jsonb       not null,
  quantity         bigint      not null check (quantity between 1 and 1000000),
  currency         text        not null,
  price_version_id uuid        not null references price_version (id),
  status           text        not null check (status in ('ACTIVE', 'PAUSED', 'SUSPENDED', 'ENDED')),
  paused           boolean     not null default false,
  suspended_reason text,
  started_at       timestamptz not null,
  ends_at          timestamptz,
  trial_end        timestamptz not null,
  metadata         jsonb       not null default '{}',
  primary key (customer_id, id),
  check (status <> 'ENDED' or ends_at is not null),
  check (ends_at is null or ends_at >= started_at)
);
-- Endings that are agreed and still to come.
create index subscription_ending on subscription (ends_at, customer_id, id)
  where ends_at is not null and status <> 'ENDED';

-- Its life, cut where something changed. Rows are only added, except for the end of the last one.
create table subscription_phase (
  customer_id      uuid        not null,
  subscription_id  uuid        not null,
  from_at          timestamptz not null,
  to_at            timestamptz,
  product_code     text        not null,
  options          jsonb       not null,
  price_version_id uuid        not null,
  quantity         bigint      not null check (quantity between 1 and 1000000),
  status           text        not null check (status in ('ACTIVE', 'PAUSED', 'SUSPENDED')),
  primary key (customer_id, subscription_id, from_at),
  check (to_at is null or to_at >= from_at)
);

-- How far its time is charged; see the ADR on cumulative charges. The row goes when all is charged,
-- so that an ended subscription costs nothing. revision guards every update.
create table subscription_billing (
  customer_id     uuid        not null,
  subscription_id uuid        not null,
  billed_until    timestamptz not null,
  open_from       timestamptz not null,
  open            text        not null default '',
  trial_end       timestamptz not null,
  prepaid         boolean     not null,
  revision        bigint      not null default 0,
  primary key (customer_id, subscription_id),
  check (open_from <= billed_until)
  -- A chunk of the billing run changes all rows of a page at once: half of it is kept for that.
) with (fillfactor = 45);

-- When a customer next has something to be billed: the end of the current period, or now when a
-- charge in advance fell due. A customer with nothing to bill has no row. period_index is that of
-- the period that next_at ends or lies in.
create table billing_due (
  customer_id  uuid        primary key,
  next_at      timestamptz not null,
  period_index bigint      not null
) with (fillfactor = 50);
create index billing_due_by_time on billing_due (next_at, customer_id);

-- The sandbox provider's own books. It plays a company elsewhere, so nothing here refers to the
-- engine's tables, and it writes in transactions of its own.
create table sandbox_charge (
  attempt_id   uuid        primary key,
  reference    text        not null unique,
  card         text        not null,
  amount_minor bigint      not null check (amount_minor > 0),
  currency     text        not null,
  status       text        not null
               check (status in ('SUCCEEDED', 'DECLINED', 'ACTION_REQUIRED', 'CANCELLED')),
  decline_code text,
  decline_kind text,
  fee_minor    bigint      not null default 0,
  refunded_minor bigint    not null default 0 check (refunded_minor between 0 and amount_minor),
  hidden       boolean     not null default false,
  dispute      text        check (dispute in ('OPENED', 'WON', 'LOST')),
  created_at   timestamptz not null
);
-- Refunds and transfers by the engine's id: a repeat finds the first.
create table sandbox_outgoing (
  id           uuid        primary key,
  kind         text        not null check (kind in ('REFUND', 'TRANSFER')),
  reference    text        not null unique,
  target       text        not null,
  amount_minor bigint      not null check (amount_minor > 0),
  currency     text        not null,
  created_at   timestamptz not null
);
create table sandbox_movement (
  id           uuid        primary key,
  kind         text        not null,
  reference    text        not null,
  amount_minor bigint      not null,
  currency     text        not null,
  moved_at     timestamptz not null
);
create index sandbox_movement_by_time on sandbox_movement (moved_at);

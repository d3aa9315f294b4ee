-- Webhooks. Nothing is stored for an event that waits: a cursor per customer and endpoint points into
-- the event log, so an endpoint that is down for a week costs one row a customer, whatever happened.
create table webhook_endpoint (
  id              uuid        primary key,
  url             text        not null check (length(url) between 1 and 2000),
  description     text        not null check (length(description) <= 200),
  event_types     text[]      not null,
  status          text        not null check (status in ('ENABLED', 'DISABLED', 'REMOVED')),
  disabled_reason text,
  created_at      timestamptz not null,
  check ((status = 'ENABLED') = (disabled_reason is null))
);

-- A table of its own, so that a role that reads endpoints can be kept from what signs.
create table webhook_secret (
  endpoint_id uuid        not null references webhook_endpoint,
  id          uuid        not null,
  secret      text        not null check (secret like 'whsec\_%'),
  created_at  timestamptz not null,
  expires_at  timestamptz,
  primary key (endpoint_id, id)
);
create unique index webhook_secret_current on webhook_secret (endpoint_id) where expires_at is null;

-- next_seq is the next event to look at, until_seq the last that is wanted; the row sleeps, out of the
-- index, once all is delivered. A claim is fenced: only who holds it moves the row.
create table webhook_cursor (
  customer_id     uuid        not null,
  endpoint_id     uuid        not null references webhook_endpoint,
  next_seq        bigint      not null check (next_seq >= 1),
  until_seq       bigint      not null,
  attempts        int         not null default 0,
  next_attempt_at timestamptz,
  claim           uuid,
  claimed_until   timestamptz,
  primary key (customer_id, endpoint_id),
  check ((next_attempt_at is null) = (next_seq > until_seq)),
  check ((claim is null) = (claimed_until is null))
) with (fillfactor = 80);
create index webhook_cursor_due on webhook_cursor (endpoint_id, next_attempt_at)
  where next_attempt_at is not null;

-- Events apart from the row: given up on (PARKED), or asked for again (QUEUED).
create table webhook_replay (
  customer_id     uuid        not null,
  seq             bigint      not null,
  endpoint_id     uuid        not null references webhook_endpoint,
  event_id        uuid        not null,
  type            text        not null,
  status          text        not null check (status in ('PARKED', 'QUEUED')),
  attempts        int         not null,
  last_error      text        not null,
  since           timestamptz not null,
  next_attempt_at timestamptz,
  claim           uuid,
  claimed_until   timestamptz,
  primary key (customer_id, seq, endpoint_id),
  check ((status = 'QUEUED') = (next_attempt_at is not null)),
  check ((claim is null) = (claimed_until is null))
) with (fillfactor = 80);
create index webhook_replay_due on webhook_replay (endpoint_id, next_attempt_at)
  where status = 'QUEUED';
create index webhook_replay_order on webhook_replay (endpoint_id, customer_id, seq)
  where status = 'QUEUED';
create index webhook_replay_parked on webhook_replay (endpoint_id, since, customer_id, seq)
  where status = 'PARKED';

-- What was sent and what came back; thrown away after a while.
create table webhook_attempt (
  endpoint_id     uuid        not null references webhook_endpoint,
  id              uuid        not null,
  customer_id     uuid,
  seq             bigint,
  message_id      text        not null,
  type            text        not null,
  number          int         not null check (number >= 1),
  at              timestamptz not null,
  delivered       boolean     not null,
  status_code     int,
  duration_millis int         not null check (duration_millis >= 0),
  response        text        not null,
  error           text        not null,
  primary key (endpoint_id, id)
);
create index webhook_attempt_by_time on webhook_attempt (at);

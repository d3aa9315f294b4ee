-- The outbox: an event is a row of the transaction that caused it. seq orders a customer's events.
create table event (
  customer_id     uuid        not null,
  seq             bigint      not null,
  id              uuid        not null,
  type            text        not null,
  occurred_at     timestamptz not null,
  data            jsonb       not null,
  status          text        not null default 'PENDING'
                              check (status in ('PENDING', 'DELIVERED', 'PARKED')),
  attempts        int         not null default 0,
  next_attempt_at timestamptz,
  last_error      text,
  failed_hooks    text[],
  primary key (customer_id, seq)
) with (fillfactor = 85);
create index event_pending on event (next_attempt_at, customer_id, seq) where status = 'PENDING';
create index event_parked on event (occurred_at, customer_id, seq) where status = 'PARKED';
create index event_by_time on event (occurred_at, customer_id, seq);

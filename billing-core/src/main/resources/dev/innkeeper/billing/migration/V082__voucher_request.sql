-- Customers who ask for credit, and what was answered. One question at a time.
create table voucher_request (
  customer_id  uuid        not null,
  id           uuid        not null,
  amount_minor bigint      not null check (amount_minor > 0),
  currency     text        not null,
  reason       text        not null check (length(reason) between 1 and 500),
  state        text        not null check (state in ('WAITING', 'APPROVED', 'REJECTED')),
  requested_at timestamptz not null,
  granted_minor bigint     check (granted_minor > 0),
  answer       text        check (length(answer) <= 500),
  decided_by   text,
  decided_at   timestamptz,
  primary key (customer_id, id),
  constraint voucher_request_decided check ((state = 'WAITING') = (decided_at is null)),
  constraint voucher_request_granted check ((state = 'APPROVED') = (granted_minor is not null))
);
create unique index voucher_request_one_at_a_time on voucher_request (customer_id)
  where state = 'WAITING';
create index voucher_request_waiting on voucher_request (requested_at, customer_id, id)
  where state = 'WAITING';

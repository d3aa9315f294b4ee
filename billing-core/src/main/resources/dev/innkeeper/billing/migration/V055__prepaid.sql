-- Customers with prepaid subscriptions. next_at is when something is to be done: at once after any
-- change, else at the instant at which the cash runs out, or the end of the period.
create table prepaid_burn (
  customer_id uuid        primary key,
  next_at     timestamptz not null,
  depletes_at timestamptz
) with (fillfactor = 80);
create index prepaid_burn_by_time on prepaid_burn (next_at, customer_id);

-- What was drawn, and how each charge came about.
create table prepaid_charge (
  customer_id uuid        not null,
  drawn_at    timestamptz not null,
  transfer_id uuid        not null,
  seq         int         not null,
  charge      jsonb       not null,
  primary key (customer_id, drawn_at, transfer_id, seq)
);

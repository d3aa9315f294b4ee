-- Grace policies by customer group; '*' is for groups without one of their own. A policy never
-- changes: a new one is a new row, and whoever is in grace goes on under the old one.
create table grace_policy (
  id             uuid        primary key,
  customer_group text        not null,
  policy         jsonb       not null,
  set_by         text        not null,
  set_at         timestamptz not null
);
create index grace_policy_by_group on grace_policy (customer_group, set_at desc, id desc);

-- Customers with open invoices. WAITING: nothing is due yet, next_at is when it will be. RUNNING:
-- next_step of the policy comes at next_at. OVER: nothing is left to do but to be paid. Whoever owes
-- nothing has no row, and a tick reads what is due by the index alone.
create table grace (
  customer_id uuid        primary key,
  state       text        not null check (state in ('WAITING', 'RUNNING', 'OVER')),
  policy_id   uuid,
  started_at  timestamptz,
  next_step   int         not null default 0,
  -- When the step before was planned, or done where that was more than a day later.
  base_at     timestamptz not null,
  suspended   boolean     not null default false,
  next_at     timestamptz,
  claimed_until timestamptz,
  constraint grace_runs check ((state = 'WAITING') = (started_at is null)),
  constraint grace_over check ((state = 'OVER') = (next_at is null))
);
create index grace_due on grace (next_at, customer_id) where next_at is not null;

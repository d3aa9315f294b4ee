-- Who pays. The zone and the anchor day cut billing periods: period n starts at local midnight of
-- anchor_date + n months, always counted from the original anchor, so that the 31st never drifts.
create table customer (
  id           uuid        primary key,
  name         text        not null check (length(name) between 1 and 200),
  email        text        not null check (length(email) between 3 and 320),
  currency     text        not null,
  zone         text        not null,
  anchor_date  date        not null,
  customer_group text      not null default 'default',
  language     text        not null default 'en',
  company      text,
  street       text,
  postal_code  text,
  city         text,
  country      text,
  vat_id       text,
  metadata     jsonb       not null default '{}',
  status       text        not null default 'ACTIVE' check (status in ('ACTIVE', 'CLOSED')),
  created_at   timestamptz not null
);
create index customer_by_email on customer (lower(email));
create index customer_by_name on customer (lower(name));

-- What changes with every event, apart from what hardly changes. Its row lock is the customer's
-- lock: whoever decides on a customer's money takes it first.
create table customer_state (
  customer_id uuid   primary key,
  event_seq   bigint not null default 0
) with (fillfactor = 50);

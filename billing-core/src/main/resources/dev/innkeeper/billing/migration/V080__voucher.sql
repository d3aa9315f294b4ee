-- Vouchers are the house's until somebody redeems them; a code is known by itself alone, so it is
-- the key. What a customer redeemed has the customer first, as everything of a customer's.
create table voucher_batch (
  id               uuid        primary key,
  name             text        not null check (length(name) between 1 and 200),
  amount_minor     bigint      not null check (amount_minor > 0),
  currency         text        not null,
  codes            int         not null check (codes between 1 and 100000),
  uses_max         int         not null check (uses_max > 0),
  uses_a_customer_max int      not null check (uses_a_customer_max between 1 and 1000),
  redeem_until     timestamptz,
  credit_days      int         check (credit_days > 0),
  issued_by        text        not null,
  issued_at        timestamptz not null
);
create table voucher (
  code     text    primary key check (length(code) = 16),
  batch_id uuid    not null references voucher_batch,
  uses_max int     not null check (uses_max > 0),
  used     int     not null default 0,
  disabled boolean not null default false,
  constraint voucher_used_as_often_as_allowed check (used between 0 and uses_max)
) with (fillfactor = 90);
create index voucher_by_batch on voucher (batch_id, code);

create table voucher_redemption (
  customer_id  uuid        not null,
  id           uuid        not null,
  code         text        not null,
  batch_id     uuid        not null,
  -- The customer's how-manieth use of this code: unique, so that the cap is the database's too.
  use_number   int         not null check (use_number > 0),
  amount_minor bigint      not null check (amount_minor > 0),
  currency     text        not null,
  redeemed_at  timestamptz not null,
  expires_at   timestamptz,
  expired_minor bigint     check (expired_minor between 0 and amount_minor),
  primary key (customer_id, id),
  constraint voucher_use_once unique (customer_id, code, use_number)
);
create index voucher_credit_to_expire on voucher_redemption (expires_at, customer_id, id)
  where expires_at is not null and expired_minor is null;

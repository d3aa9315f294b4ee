-- The ledger. Stored balances and amounts are debits minus credits, so that a transfer's entries
-- sum to zero; the account's type says which sign is the natural one.

-- account is a hash of (code, currency, lane): a writer knows the key of every row it needs without
-- asking. The business's own accounts are kept in lanes, one row each, so that writers don't wait
-- for one another; their balance is the sum of the lanes.
create table ledger_account (
  owner       uuid        not null,
  account     bigint      not null,
  code        text        not null,
  currency    text        not null,
  lane        smallint    not null check (lane >= 0),
  type        text        not null check (type in ('ASSET', 'LIABILITY', 'INCOME', 'EXPENSE')),
  floor       bigint      check (floor <= 0),
  opened_at   timestamptz not null,
  balance     bigint      not null default 0,
  held        bigint      not null default 0 check (held >= 0),
  seq         bigint      not null default 0 check (seq >= 0),
  -- Of the last entry. Entries of an account never go back in time, whatever the clocks do.
  recorded_at timestamptz not null,
  primary key (owner, account),
  constraint ledger_account_floor check (
    (case when type in ('ASSET', 'EXPENSE') then balance else -balance end) - held >= floor)
) with (fillfactor = 50);

-- One row for every id that was ever answered. The id alone is the key, for an id that is used
-- again under another owner must be found out.
create table ledger_transfer (
  id           uuid        primary key,
  owner        uuid        not null,
  kind         text        not null,
  status       text        not null check (status in ('POSTED', 'REFUSED')),
  reason       text        check ((status = 'REFUSED') = (reason is not null)),
  message      text,
  request_hash bytea       not null,
  linked       uuid,
  effective_at timestamptz not null,
  recorded_at  timestamptz not null,
  metadata     text
);

-- What a transfer did to an account. Split by month: see PartitionUpkeep. What no month's partition
-- takes, the last one does, so that posting never depends on upkeep.
create table ledger_entry (
  owner         uuid        not null,
  account       bigint      not null,
  recorded_at   timestamptz not null,
  seq           bigint      not null check (seq > 0),
  transfer_id   uuid        not null,
  line          smallint    not null,
  amount        bigint      not null check (amount <> 0),
  balance_after bigint      not null,
  primary key (owner, account, recorded_at, seq)
) partition by range (recorded_at);
create table ledger_entry_rest partition of ledger_entry default;
create index ledger_entry_by_transfer on ledger_entry (transfer_id, line);

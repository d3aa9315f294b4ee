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

-- One row for every id that was ever answered, of transfers, holds, releases and openings. The id
-- alone is the key, for an id that is used again under another owner must be found out.
create table ledger_transfer (
  id           uuid        primary key,
  owner        uuid        not null,
  kind         text        not null,
  status       text        not null
               check (status in ('POSTED', 'REFUSED', 'HELD', 'RELEASED', 'OPENED')),
  reason       text        check ((status = 'REFUSED') = (reason is not null)),
  message      text,
  request_hash bytea       not null,
  linked       uuid,
  reverses     uuid,
  hold         uuid,
  hold_amount  bigint      check (hold_amount > 0),
  -- Of an opening or a hold: the account it is about.
  account      bigint,
  effective_at timestamptz not null,
  recorded_at  timestamptz not null,
  metadata     text
);
create unique index ledger_transfer_reversed_once on ledger_transfer (reverses)
  where reverses is not null;

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

-- Money that is on an account and promised. What is left of it counts as gone for the floor.
create table ledger_hold (
  owner      uuid        not null,
  id         uuid        not null,
  account    bigint      not null,
  amount     bigint      not null check (amount > 0),
  remaining  bigint      not null check (remaining between 0 and amount),
  expires_at timestamptz not null,
  primary key (owner, id)
);
create index ledger_hold_open on ledger_hold (expires_at, owner, id) where remaining > 0;

-- What awaits its seal: a row for every batch that was booked, gone when a seal covers it. A row
-- appears with its transfers, however long their transaction took, so that none slips through.
create table ledger_unsealed (
  recorded_at timestamptz not null,
  first_id    uuid        not null,
  transfers   int         not null check (transfers = cardinality(ids)),
  ids         uuid[]      not null,
  -- In order of time, so that a seal is about rows that lie together.
  primary key (recorded_at, first_id)
);

-- The chain of seals: each hash covers the one before and every row the seal is about. A checksum of
-- each row tells which one it was when the hash does not fit.
create table ledger_seal (
  number        bigint      primary key check (number > 0),
  previous_hash bytea       not null,
  hash          bytea       not null,
  sealed_at     timestamptz not null,
  recorded_from timestamptz not null,
  recorded_to   timestamptz not null check (recorded_to >= recorded_from),
  entries       bigint      not null,
  ids           uuid[]      not null,
  checksums     bytea       not null
);

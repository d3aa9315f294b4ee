-- Idempotency keys with the outcome of their first use, written in the transaction of the effect.
-- The owner stands first in every key, so that tables can be spread over machines by owner.
create table command (
  owner        uuid        not null,
  key          text        not null check (length(key) between 1 and 200),
  request_hash bytea       not null,
  outcome      jsonb,
  recorded_at  timestamptz not null,
  primary key (owner, key)
);

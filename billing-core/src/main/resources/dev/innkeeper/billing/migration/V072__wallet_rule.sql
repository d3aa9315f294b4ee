-- What customers want done when their wallet runs low: be told, and have it filled from a card.
-- is_low remembers that they were told, so that they are told once each time.
create table wallet_rule (
  customer_id  uuid    primary key,
  currency     text    not null,
  low_minor    bigint  not null check (low_minor >= 0),
  top_up_minor bigint  check (top_up_minor > 0),
  method_id    uuid,
  is_low       boolean not null default false,
  constraint wallet_rule_card check (method_id is null or top_up_minor is not null)
);

-- Customers who pay from their wallet for what runs. next_at is when to look again: at once after a
-- change, a week before the credit will be used up, or at the end of the period. A tick reads what
-- is due by the index alone.
create table runway (
  customer_id uuid        primary key,
  next_at     timestamptz not null,
  depletes_at timestamptz,
  warned      boolean     not null default false
) with (fillfactor = 80);
create index runway_due on runway (next_at, customer_id);

-- SHA-256 over all of an issued invoice that never changes. The ledger's transfer has it too.
alter table invoice add column content_hash bytea check (length(content_hash) = 32);

-- What operators are still writing: apart from issued invoices, so that nothing that sums, numbers or
-- settles those ever meets it. The id becomes the invoice's.
create table invoice_draft (
  customer_id uuid        not null,
  id          uuid        not null,
  content     jsonb       not null,
  revision    bigint      not null default 1 check (revision > 0),
  created_at  timestamptz not null,
  changed_at  timestamptz not null,
  primary key (customer_id, id)
);

-- The house has events of its own, such as those of billing runs, in an order of their own.
insert into customer_state (customer_id) values ('00000000-0000-0000-0000-000000000000');

-- The catalog is small and read as a whole. Its revision changes with every change, so that nodes
-- notice with one narrow read that what they hold in memory is old.
create table catalog_state (
  id       int  primary key check (id = 1),
  revision uuid not null
);
insert into catalog_state (id, revision) values (1, '00000000-0000-0000-0000-000000000000');

create table meter (
  code        text primary key check (code ~ '^[a-z][a-z0-9-]{0,39}$'),
  unit        text not null,
  kind        text not null check (kind in ('COUNTER', 'GAUGE')),
  aggregation text not null check (aggregation in ('SUM', 'MAX', 'LAST', 'UNIQUE'))
);

create table product (
  code       text  primary key check (code ~ '^[a-z][a-z0-9-]{0,39}$'),
  definition jsonb not null
);

-- Immutable: rows are inserted, never updated or deleted. A tariff is a product, the options that
-- the price is for, and a currency; its versions follow one another.
create table price_version (
  id             uuid        primary key,
  product_code   text        not null references product (code),
  tariff         text        not null,
  currency       text        not null,
  effective_from timestamptz not null,
  published_at   timestamptz not null,
  definition     jsonb       not null,
  unique (product_code, tariff, currency, effective_from)
);

-- Who changed what, and when. The order within one change is kept by seq.
create table catalog_change (
  revision   uuid        not null,
  seq        int         not null,
  changed_at timestamptz not null,
  actor      text        not null check (length(actor) between 1 and 200),
  action     text        not null check (action in ('ADD', 'CHANGE')),
  subject    text        not null,
  detail     text        not null,
  primary key (revision, seq)
);
create index catalog_change_by_time on catalog_change (changed_at, revision, seq);

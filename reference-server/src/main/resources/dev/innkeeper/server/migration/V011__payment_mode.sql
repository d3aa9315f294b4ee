-- In which mode each payment provider was used first: books of test money never get real money too.
create table payment_mode (
  provider text        not null primary key,
  mode     text        not null check (mode in ('TEST', 'LIVE')),
  since    timestamptz not null
);

-- The clock of a trial: so far from the machine's clock, or standing at an instant. At most one row,
-- written in trial mode only.
create table trial_clock (
    only_row      boolean primary key default true check (only_row),
    offset_millis bigint not null,
    stands_at     timestamptz
);

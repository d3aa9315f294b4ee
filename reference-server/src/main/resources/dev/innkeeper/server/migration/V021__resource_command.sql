-- Every command that was relayed into a resource: who had what run, and how it went. Written before it
-- is run, so that one whose end was never seen is there too. What it printed is not kept.
create table resource_command (
    customer_id uuid        not null,
    resource_id uuid        not null,
    id          uuid        not null,
    at          timestamptz not null,
    actor       text        not null,
    words       text[]      not null check (cardinality(words) > 0),
    outcome     text        not null default 'STARTED'
        check (outcome in ('STARTED', 'ENDED', 'REFUSED', 'TIMED_OUT', 'FAILED')),
    exit_code   integer,
    message     text,
    primary key (customer_id, resource_id, id),
    foreign key (customer_id, resource_id) references resource (customer_id, id),
    check (outcome = 'ENDED' or exit_code is null)
);
create index resource_command_latest on resource_command (customer_id, resource_id, at desc);

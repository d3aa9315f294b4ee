-- What customers' subscriptions entitle them to, as it should be and as it is. The id is that of the
-- subscription, so there is one resource for each, whatever happens in between.
--
-- desired is what the subscription says; state is what the world last said. next_attempt_at is when
-- something has to be done about the difference: null when nothing has. workload is made from the
-- product's template when product, options or quantity change, and kept otherwise: a template that is
-- edited changes nothing that runs. busy_since is when it began not to be as it should,
-- made whether it ever ran. A worker claims a row for a
-- limited time; one that dies leaves a claim that runs out. generation counts changes of what is
-- desired, so that a worker notices one that came while it was busy.
create table resource (
    customer_id     uuid        not null,
    id              uuid        not null,
    name            text        not null check (name ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    product_code    text        not null,
    options         jsonb       not null,
    quantity        bigint      not null check (quantity > 0),
    provisioner     text        not null,
    workload        jsonb       not null,
    desired         text        not null check (desired in ('RUNNING', 'SUSPENDED', 'ABSENT')),
    state           text        not null check (state in
        ('REQUESTED', 'IN_PROGRESS', 'RUNNING', 'SUSPENDED', 'FAILED', 'TERMINATING', 'GONE')),
    message         text,
    made            boolean     not null default false,
    facts           jsonb       not null default '{}',
    drift           text[]      not null default '{}',
    generation      bigint      not null default 1 check (generation > 0),
    attempts        integer     not null default 0 check (attempts >= 0),
    busy_since      timestamptz,
    next_attempt_at timestamptz,
    claim           uuid,
    claimed_by      text,
    claimed_until   timestamptz,
    created_at      timestamptz not null,
    changed_at      timestamptz not null,
    primary key (customer_id, id),
    check ((claim is null) = (claimed_until is null) and (claim is null) = (claimed_by is null)),
    -- What is gone stays gone: a subscription that ended does not begin again.
    check (state <> 'GONE' or desired = 'ABSENT')
);
create index resource_due on resource (next_attempt_at) where next_attempt_at is not null;
create index resource_of_provisioner on resource (provisioner, id) where state <> 'GONE';
create index resource_by_state on resource (state, customer_id, id) where state <> 'GONE';

-- Each change of a resource's state, for its owner and for counting how long it was suspended.
create table resource_history (
    customer_id uuid        not null,
    resource_id uuid        not null,
    seq         bigint      not null,
    at          timestamptz not null,
    state       text        not null,
    message     text,
    primary key (customer_id, resource_id, seq),
    foreign key (customer_id, resource_id) references resource (customer_id, id)
);

-- What is in the world and nobody is entitled to. Only reported; it is removed when somebody says so.
create table orphan (
    provisioner   text        not null,
    resource_id   uuid        not null,
    name          text        not null,
    state         text        not null,
    first_seen_at timestamptz not null,
    last_seen_at  timestamptz not null,
    primary key (provisioner, resource_id)
);

-- When each provisioner's world is next compared with what should be, by whichever node comes first.
create table sweep (
    provisioner text        primary key,
    next_at     timestamptz not null
);

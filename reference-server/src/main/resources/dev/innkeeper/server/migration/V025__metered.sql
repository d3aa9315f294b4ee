-- How far each resource's usage has been read, by the engine's clock. next_at is when it is read again:
-- null for a resource that is gone, or that its provisioner neither meters nor prices.
create table metering (
    customer_id uuid        not null,
    resource_id uuid        not null,
    read_to     timestamptz not null,
    next_at     timestamptz,
    primary key (customer_id, resource_id),
    foreign key (customer_id, resource_id) references resource (customer_id, id)
);
create index metering_due on metering (next_at) where next_at is not null;

-- What was read for one interval: the first answer, which is kept. It is stored with the watermark's
-- step, and handed to the engine afterwards, as often as it takes: recorded tells whether it has it.
-- running_millis is how much of the interval the resource was not suspended; cost is the hoster's for that.
create table metered_interval (
    customer_id    uuid        not null,
    resource_id    uuid        not null,
    from_at        timestamptz not null,
    to_at          timestamptz not null,
    readings       jsonb       not null,
    running_millis bigint      not null check (running_millis >= 0),
    cost           numeric     check (cost >= 0),
    currency       text,
    recorded       boolean     not null default false,
    refused        text,
    primary key (customer_id, resource_id, from_at),
    foreign key (customer_id, resource_id) references metering (customer_id, resource_id),
    check (to_at > from_at),
    check ((cost is null) = (currency is null)),
    check (running_millis <= extract(epoch from to_at - from_at) * 1000)
);
create index metered_interval_unrecorded on metered_interval (customer_id, resource_id, from_at)
    where not recorded;

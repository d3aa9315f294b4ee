-- Events behind one that a hook can't take yet are told to the relay without waiting for it, once.
alter table event add column relayed boolean not null default false;
create index event_failing on event (customer_id, seq) where status = 'PENDING' and attempts > 0;

-- When each kind of due work was last looked at by any node, in real time: if nobody looks, nothing
-- expires, and somebody has to be told. Written every few seconds, whatever the number of nodes.
create table work_heartbeat (
  kind      text        primary key,
  ran_at    timestamptz,
  worked_at timestamptz,
  failed_at timestamptz,
  error     text        not null default ''
) with (fillfactor = 50);

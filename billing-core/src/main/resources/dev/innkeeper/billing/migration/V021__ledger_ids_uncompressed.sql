-- Ids and checksums hardly get smaller; trying took 4 % of the time of sealing.
alter table ledger_unsealed alter column ids set storage external;
alter table ledger_seal alter column ids set storage external;
alter table ledger_seal alter column checksums set storage external;

-- A payment on a provider's page: the customer enters there how to pay, so that it has no method of
-- ours, but an address that the page sends the customer back to.
alter table payment add column return_url text;
alter table payment alter column method_id drop not null;
alter table payment alter column method_reference drop not null;
alter table payment add constraint payment_has_one_way
  check ((method_id is null) = (return_url is not null)
     and (method_id is null) = (method_reference is null));

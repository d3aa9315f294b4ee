-- What became of a wish to add a card, so that the same wish sent again gives the same answer.
alter table method_set_up
  add column method_id uuid,
  add column code      text,
  add column message   text,
  add column url       text;
-- Cards whose owners are to be warned that they expire, the first to expire first.
create index payment_method_to_warn on payment_method ((expiry_year * 12 + expiry_month), customer_id)
  where status = 'ACTIVE' and warned_at is null;

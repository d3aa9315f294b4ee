-- What a voided invoice took off by coupons is given back: the use stays on record and no longer counts.
alter table coupon_use add column returned_at timestamptz;

update coupon_use u set returned_at = i.closed_at from invoice i
where i.customer_id = u.customer_id and i.id = u.invoice_id and i.status = 'VOID';

update coupon_redemption r set invoices = r.invoices - w.n, ended_at = null
from (select customer_id, redemption_id, count(distinct invoice_id) as n from coupon_use
  where returned_at is not null group by customer_id, redemption_id) w
where r.customer_id = w.customer_id and r.id = w.redemption_id;

-- Every index is paid for by every invoice. Nobody asks for all open invoices by their due date:
-- the grace book knows when each customer's next one is due. Nor for all events by their time.
drop index invoice_open_by_due;
drop index event_by_time;

-- Every index is paid for by every invoice. Nobody asks for all open invoices by their due date: the
-- grace book knows when each customer's next one is due.
drop index invoice_open_by_due;

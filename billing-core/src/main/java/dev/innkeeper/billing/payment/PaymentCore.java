package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.customer.Customers;
import dev.innkeeper.billing.db.Commands;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.event.EventLog;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.invoice.Invoices;
import dev.innkeeper.billing.ledger.Ledger;
import java.time.Clock;

/** What the services of this package, and of those above it, stand on. */
public record PaymentCore(
    Database db,
    Commands commands,
    EventLog events,
    Ids ids,
    Clock clock,
    Ledger ledger,
    Customers customers,
    Invoices invoices) {}

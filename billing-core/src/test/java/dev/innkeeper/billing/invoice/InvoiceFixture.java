package dev.innkeeper.billing.invoice;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.customer.Customers;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.db.Commands;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.event.EventLog;
import dev.innkeeper.billing.event.StoredEvent;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.invoice.tax.TaxSubject;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.testing.MutableClock;
import dev.innkeeper.billing.testing.TestDatabase;
import java.math.BigDecimal;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** Services over a fresh database, and short ways to invoices. */
final class InvoiceFixture {
  final MutableClock clock = MutableClock.at("2027-04-01T00:00:00Z");
  final Database db = TestDatabase.create();
  final ObjectMapper json = BillingJson.mapper();
  final Ids ids = new Ids(clock, new Random(7));
  final Commands commands = new Commands(db, json, clock);
  final EventLog events = new EventLog(db, json, ids, clock);
  final Customers customers = new Customers(db, commands, events, json, ids, clock);
  final InvoiceSettings settings;
  final Invoices invoices;

  InvoiceFixture() {
    this(InvoiceSettings.standard());
  }

  InvoiceFixture(InvoiceSettings settings) {
    this.settings = settings;
    this.invoices = new Invoices(db, events, json, ids, clock, settings);
  }

  Customer customer(String name) {
    return customers.register(
        NewCustomer.named(
            name, name.toLowerCase(java.util.Locale.ROOT) + "@example.org", Currency.EUR),
        name);
  }

  static DraftLine line(String product, String amount) {
    Amount price = Amount.parse(amount, Currency.EUR);
    return new DraftLine(
        null,
        product,
        "custom",
        "A line of " + product,
        null,
        BigDecimal.ONE,
        "piece",
        price.toDecimal(),
        price,
        TaxSubject.STANDARD_CLASS,
        "");
  }

  List<String> eventTypes(UUID customerId) {
    return events.of(customerId, 0, 100).stream().map(StoredEvent::type).toList();
  }
}

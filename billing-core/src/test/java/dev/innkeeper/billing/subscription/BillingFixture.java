package dev.innkeeper.billing.subscription;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.catalog.Catalog;
import dev.innkeeper.billing.catalog.SampleCatalog;
import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.customer.Customers;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.db.Commands;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.event.EventLog;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.ledger.Ledger;
import dev.innkeeper.billing.ledger.Transfer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.rating.Charge;
import dev.innkeeper.billing.rating.ChargeScope;
import dev.innkeeper.billing.testing.MutableClock;
import dev.innkeeper.billing.testing.TestDatabase;
import dev.innkeeper.billing.usage.Usage;
import dev.innkeeper.billing.usage.UsagePolicy;
import dev.innkeeper.billing.usage.UsageRecord;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;

/** Catalog, subscriptions and charges over a database of their own. */
final class BillingFixture {
  final MutableClock clock;
  final Database db = TestDatabase.create();
  final ObjectMapper json = BillingJson.mapper();
  final EventLog events;
  final Customers customers;
  final Catalog catalog;
  final ChargeBook charges;
  final Subscriptions subscriptions;
  final Usage usage;
  final Ledger ledger;
  final PrepaidBurn prepaid;
  private final Ids ids;
  private int keys;

  BillingFixture(String start) {
    this.clock = MutableClock.at(start);
    Ids ids = new Ids(clock, new Random(7));
    Commands commands = new Commands(db, json, clock);
    this.events = new EventLog(db, json, ids, clock);
    this.customers = new Customers(db, commands, events, json, ids, clock);
    this.catalog = new Catalog(db, json, ids, clock);
    this.charges = new ChargeBook(db, catalog, clock);
    Subscriptions.Parts parts =
        new Subscriptions.Parts(
            db, commands, customers, catalog, charges, events, json, ids, clock);
    this.subscriptions = new Subscriptions(parts);
    this.ledger = new Ledger(db, clock);
    this.prepaid = new PrepaidBurn(parts, subscriptions, ledger);
    this.ids = ids;
    this.usage =
        new Usage(db, catalog, new StoredLives(db, customers, clock), UsagePolicy.STANDARD, clock);
    catalog.apply(SampleCatalog.yaml(), "test");
  }

  Customer customer() {
    return customer(NewCustomer.named("Ada", "ada@example.org", Currency.EUR));
  }

  Customer customer(NewCustomer wanted) {
    return customers.register(wanted, "customer-" + keys++);
  }

  Subscription start(Customer customer, String product, Map<String, String> options) {
    return start(NewSubscription.of(customer.id(), product, Currency.EUR).withOptions(options));
  }

  Subscription start(NewSubscription wanted) {
    return subscriptions.start(wanted, "start-" + keys++);
  }

  void topUp(Customer customer, String amount) {
    topUp(customer, Amount.parse(amount, Currency.EUR));
  }

  void topUp(Customer customer, Amount sum) {
    ledger.require(
        Transfer.builder(ids.next(), "top-up")
            .debit(Accounts.gateway("test", sum.currency()), sum)
            .credit(Accounts.cash(customer.id(), sum.currency()), sum)
            .build());
    prepaid.cashChanged(List.of(customer.id()));
  }

  String cash(Customer customer) {
    return cash(customer, Currency.EUR);
  }

  String cash(Customer customer, Currency currency) {
    return ledger.balance(Accounts.cash(customer.id(), currency)).toPlainString();
  }

  int burn() {
    return prepaid.runBatch(clock.instant());
  }

  void at(String instant) {
    clock.set(Instant.parse(instant));
  }

  /** Takes everything up to an instant, which need not be now. */
  List<Charge> take(Customer customer, String through) {
    return take(customer, through, ChargeScope.ALL);
  }

  List<Charge> take(Customer customer, String through, ChargeScope scope) {
    Taken taken =
        db.tx(
            handle -> {
              customers.lock(customer.id());
              return charges.take(Map.of(customer.id(), Instant.parse(through)), scope);
            });
    if (!taken.parked().isEmpty()) {
      throw new AssertionError("parked: " + taken.parked());
    }
    return taken.charges().getOrDefault(customer.id(), List.of());
  }

  UsageRecord used(
      Subscription s, String meter, String quantity, String from, String to, String key) {
    return UsageRecord.of(
        s.customerId(),
        s.id(),
        meter,
        new BigDecimal(quantity),
        Instant.parse(from),
        Instant.parse(to),
        key);
  }

  Optional<Instant> nextDue(UUID customerId) {
    return db.tx(
        handle ->
            handle
                .createQuery("select next_at from @.billing_due where customer_id = :id")
                .bind("id", customerId)
                .mapTo(OffsetDateTime.class)
                .findOne()
                .map(at -> at.withOffsetSameInstant(ZoneOffset.UTC).toInstant()));
  }

  static long total(List<Charge> charges) {
    return charges.stream().mapToLong(c -> c.amount().minorUnits()).sum();
  }
}

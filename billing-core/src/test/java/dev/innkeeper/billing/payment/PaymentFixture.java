package dev.innkeeper.billing.payment;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.event.StoredEvent;
import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.ledger.Transfer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.sandbox.SandboxFault;
import dev.innkeeper.billing.payment.sandbox.SandboxProvider;
import dev.innkeeper.billing.promotion.NewVoucherBatch;
import dev.innkeeper.billing.testing.MutableClock;
import dev.innkeeper.billing.testing.TestDatabase;
import dev.innkeeper.billing.testing.TestInvoices;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/** An engine with the sandbox provider on a fresh database, and short ways to what tests need. */
public final class PaymentFixture {
  public static final String GOOD = "4242424242424242";
  public static final String ALSO_GOOD = "5555555555554444";
  public static final String FAILS_WHEN_CHARGED = "4000000000000341";
  public static final String ASKS = "4000002760003184";

  public final MutableClock clock = MutableClock.at("2027-04-01T00:00:00Z");
  public final String database = TestDatabase.createDatabase();
  public final HikariDataSource dataSource = pool(database);
  public final Database db = new Database(dataSource, TestDatabase.SCHEMA);
  public final BillingEngine engine =
      BillingEngine.builder()
          .dataSource(dataSource)
          .schema(TestDatabase.SCHEMA)
          .clock(clock)
          .sandbox()
          .build();
  private final TestInvoices invoices = new TestInvoices(db, engine);
  private final AtomicInteger counter = new AtomicInteger();

  /** Connections are given back soon: a test class makes many of these. */
  private static HikariDataSource pool(String database) {
    HikariConfig config = new HikariConfig();
    config.setDataSource(TestDatabase.server().dataSource(database));
    config.setMaximumPoolSize(16);
    config.setMinimumIdle(0);
    config.setIdleTimeout(10_000);
    return new HikariDataSource(config);
  }

  /** For those who make hundreds: ends the engine and its connections, and deletes the database. */
  public void close() {
    engine.close();
    dataSource.close();
    TestDatabase.drop(database);
  }

  public static Amount eur(String amount) {
    return Amount.parse(amount, Currency.EUR);
  }

  public SandboxProvider sandbox() {
    return engine.sandbox().orElseThrow();
  }

  public void script(SandboxFault... faults) {
    sandbox().script(faults);
  }

  public UUID customer() {
    return customer("default");
  }

  public UUID customer(String group) {
    int n = counter.incrementAndGet();
    return engine
        .customers()
        .register(
            NewCustomer.named("Ada " + n, "ada" + n + "@example.org", Currency.EUR)
                .withGroup(group),
            "customer-" + n)
        .id();
  }

  public PaymentMethod card(UUID customer, String number) {
    AddMethodResult result = engine.paymentMethods().add(customer, "sandbox", number, null);
    return ((AddMethodResult.Added) result).method();
  }

  public Payment topUp(UUID customer, String amount) {
    return engine.topUps().topUp(customer, eur(amount), null, "k" + counter.incrementAndGet());
  }

  /** Redeems a new voucher; a repeat of nothing. */
  public void voucher(UUID customer, String amount) {
    String key = "v" + counter.incrementAndGet();
    UUID batch =
        engine.vouchers().issue(NewVoucherBatch.of("gift", eur(amount), 1), "tester", key).id();
    String code = engine.vouchers().codes(batch, null, 1).get(0).code();
    engine.vouchers().redeem(customer, code, key);
  }

  /** Issues an invoice due after two weeks, for the subscriptions, or for none in particular. */
  public UUID invoice(UUID customer, String amount, UUID... subscriptions) {
    return invoices.issue(
        customer, counter.incrementAndGet(), eur(amount), clock.instant(), subscriptions);
  }

  public Invoice invoiceOf(UUID customer, UUID id) {
    return engine.invoices().get(customer, id);
  }

  /** Does everything that is due. */
  public void runDue() {
    engine.runDue(Duration.ofMinutes(5));
  }

  /**
   * Lets days pass; on each, what is due of dunning is done. Nothing is billed, so that tests have
   * the invoices they make and no others.
   */
  public void days(int days) {
    for (int i = 0; i < days; i++) {
      clock.advance(Duration.ofDays(1));
      int done;
      do {
        done = engine.dunning().runBatch(clock.instant());
      } while (done > 0);
    }
  }

  /** Gives every customer cash, without a charge that stands for it. */
  public void fillWallets(List<UUID> customers, long cents) {
    List<Transfer> transfers = new ArrayList<>();
    Amount amount = Amount.ofMinor(cents, Currency.EUR);
    for (UUID customer : customers) {
      transfers.add(
          Transfer.builder(UUID.randomUUID(), "top-up")
              .debit(Accounts.gateway("bank", Currency.EUR), amount)
              .credit(Accounts.cash(customer, Currency.EUR), amount)
              .build());
    }
    chunks(transfers).forEach(engine.ledger()::requireAll);
  }

  /** Issues an invoice to every customer, with a statement for a thousand of them. */
  public void openInvoices(List<UUID> customers, long cents) {
    List<Transfer> transfers = new ArrayList<>();
    Amount amount = Amount.ofMinor(cents, Currency.EUR);
    for (List<UUID> chunk : chunks(customers)) {
      int first = counter.getAndAdd(chunk.size());
      db.run(
          handle ->
              handle
                  .createUpdate(
                      "insert into @.invoice (customer_id, id, kind, status, currency,"
                          + " seller_code, seller_version, series_year, series_number, number,"
                          + " issued_at, due_at, net, tax, total, open, tax_groups, buyer)"
                          + " select c, c, 'CUSTOM', 'OPEN', 'EUR', 'innkeeper', 1, 2027,"
                          + " :first + n, 'B-' || (:first + n), :now, :due, :minor, 0, :minor,"
                          + " :minor, '[]', '{}' from unnest(:customers) with ordinality as r(c, n)")
                  .bind("first", first)
                  .bind("now", clock.instant().atOffset(ZoneOffset.UTC))
                  .bind("due", clock.instant().plus(Duration.ofDays(14)).atOffset(ZoneOffset.UTC))
                  .bind("minor", cents)
                  .bindArray("customers", UUID.class, chunk)
                  .execute());
      for (UUID customer : chunk) {
        transfers.add(
            Transfer.builder(UUID.randomUUID(), "invoice-issued")
                .debit(Accounts.receivable(customer, Currency.EUR), amount)
                .credit(Accounts.revenue("vm", Currency.EUR), amount)
                .build());
      }
    }
    chunks(transfers).forEach(engine.ledger()::requireAll);
  }

  private static <T> List<List<T>> chunks(List<T> all) {
    List<List<T>> chunks = new ArrayList<>();
    for (int i = 0; i < all.size(); i += 1_000) {
      chunks.add(all.subList(i, Math.min(all.size(), i + 1_000)));
    }
    return chunks;
  }

  /** Registers customers with two statements. */
  public List<UUID> customers(int count) {
    List<UUID> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ids.add(UUID.randomUUID());
    }
    db.run(
        handle -> {
          handle
              .createUpdate(
                  "insert into @.customer (id, name, email, currency, zone, anchor_date,"
                      + " created_at) select c, 'Bulk', 'b@example.org', 'EUR', 'Z', '2027-04-01',"
                      + " now() from unnest(:ids) c")
              .bindArray("ids", UUID.class, ids)
              .execute();
          handle
              .createUpdate(
                  "insert into @.customer_state (customer_id) select c from unnest(:ids) c")
              .bindArray("ids", UUID.class, ids)
              .execute();
        });
    return ids;
  }

  /** Cash, voucher credit and debt as text. */
  public String wallet(UUID customer) {
    Wallet wallet = engine.wallets().of(customer);
    return wallet.cash().toPlainString()
        + " "
        + wallet.voucher().toPlainString()
        + " "
        + wallet.owed().toPlainString();
  }

  public List<String> events(UUID customer) {
    return engine.events().of(customer, 0, 500).stream().map(StoredEvent::type).toList();
  }

  /** What the sandbox took in all, in minor units. */
  public long takenBySandbox() {
    return db.tx(
        handle ->
            handle
                .createQuery(
                    "select coalesce(sum(amount_minor), 0) from @.sandbox_charge"
                        + " where status = 'SUCCEEDED'")
                .mapTo(Long.class)
                .one());
  }
}

package dev.innkeeper.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.customer.Address;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.invoice.Party;
import dev.innkeeper.billing.invoice.Seller;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.ledger.Transfer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.AddMethodResult;
import dev.innkeeper.billing.payment.Payment;
import dev.innkeeper.billing.payment.PaymentMethod;
import dev.innkeeper.billing.payment.WebhookReceipt;
import dev.innkeeper.billing.payment.contract.PaymentWorld;
import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.testing.TestDatabase;
import dev.innkeeper.billing.time.Interval;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/** An engine with the plugin's provider, on a fresh database, and the double on the other side. */
final class StripeEngine implements AutoCloseable {
  /** Soon given up, and more than any answer of the double's takes. */
  private static final int IMPATIENT_MILLIS = 60;

  final StripeWorld world = new StripeWorld();
  final BillingEngine engine;
  private final Instant begin = world.now();
  private final HikariDataSource pool;
  private final Database db;
  private final PaymentProvider patient = world.provider();
  private final PaymentProvider impatient =
      StripeWorld.provider(world.stripe, world.clock, IMPATIENT_MILLIS);
  private final AtomicInteger counter = new AtomicInteger();

  StripeEngine() {
    HikariConfig config = new HikariConfig();
    config.setDataSource(TestDatabase.createDataSource());
    config.setMaximumPoolSize(8);
    config.setMinimumIdle(0);
    pool = new HikariDataSource(config);
    db = new Database(pool, TestDatabase.SCHEMA);
    engine =
        BillingEngine.builder()
            .dataSource(pool)
            .schema(TestDatabase.SCHEMA)
            .clock(world.clock)
            .paymentProvider(provider())
            .build();
    db.run(
        handle ->
            handle
                .createUpdate(
                    "insert into @.invoice_seller (code, version, details, created_at)"
                        + " values ('innkeeper', 1, cast(:d as jsonb), now())")
                .bind(
                    "d",
                    BillingJson.write(
                        BillingJson.mapper(), Seller.named("Innkeeper", Address.NONE)))
                .execute());
  }

  /** Waits for as long as usual, but not while the double is told to hang. */
  private PaymentProvider provider() {
    return (PaymentProvider)
        Proxy.newProxyInstance(
            StripeEngine.class.getClassLoader(),
            new Class<?>[] {PaymentProvider.class},
            (proxy, method, arguments) -> {
              try {
                return method.invoke(world.stripe.isToHang() ? impatient : patient, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  UUID customer() {
    int n = counter.incrementAndGet();
    return engine
        .customers()
        .register(
            NewCustomer.named("Ada " + n, "ada" + n + "@example.org", Currency.EUR),
            "customer " + n)
        .id();
  }

  UUID customerWith(DoubleCard card) {
    UUID customer = customer();
    addCard(customer, card);
    return customer;
  }

  /** Enters a card on the double's page. */
  PaymentMethod addCard(UUID customer, DoubleCard card) {
    int before = engine.paymentMethods().list(customer).size();
    AddMethodResult result =
        engine.paymentMethods().add(customer, "stripe", null, StripeWorld.RETURN_URL);
    String session = lastPart(((AddMethodResult.Redirect) result).url());
    world.stripe.with(
        b -> {
          b.enterCard(session, card, "fp_" + card + "_" + customer);
          return null;
        });
    deliverAll();
    List<PaymentMethod> cards = engine.paymentMethods().list(customer);
    assertThat(cards).hasSize(before + 1);
    return cards.get(before);
  }

  static String lastPart(String url) {
    return url.substring(url.lastIndexOf('/') + 1);
  }

  Payment topUp(UUID customer, Amount amount) {
    return engine.topUps().topUp(customer, amount, null, key());
  }

  String key() {
    return "key " + counter.incrementAndGet();
  }

  static Amount eur(String amount) {
    return Amount.parse(amount, Currency.EUR);
  }

  /** Issues an invoice due after two weeks. */
  UUID invoice(UUID customer, String amount) {
    return db.tx(
        handle -> {
          int number = counter.incrementAndGet();
          UUID id = new UUID(0x019a_0000_0000_7000L + ((long) number << 16), number);
          handle
              .createUpdate(
                  "insert into @.invoice (customer_id, id, kind, status, currency, seller_code,"
                      + " seller_version, series_year, series_number, number, issued_at, due_at,"
                      + " net, tax, total, open, tax_groups, buyer) values (:c, :id, 'CUSTOM',"
                      + " 'OPEN', 'EUR', 'innkeeper', 1, 2026, :n, :number, :now, :due, :minor, 0,"
                      + " :minor, :minor, '[]', cast(:buyer as jsonb))")
              .bind("c", customer)
              .bind("id", id)
              .bind("n", number)
              .bind("number", "INV-" + number)
              .bind("now", world.now().atOffset(ZoneOffset.UTC))
              .bind("due", world.now().plus(Duration.ofDays(14)).atOffset(ZoneOffset.UTC))
              .bind("minor", eur(amount).minorUnits())
              .bind(
                  "buyer",
                  BillingJson.write(
                      BillingJson.mapper(), new Party("Ada", null, Address.NONE, null, null, "en")))
              .execute();
          engine
              .ledger()
              .require(
                  Transfer.builder(id, "invoice-issued")
                      .debit(Accounts.receivable(customer, Currency.EUR), eur(amount))
                      .credit(Accounts.revenue("vm", Currency.EUR), eur(amount))
                      .build());
          return id;
        });
  }

  void runDue() {
    engine.runDue(Duration.ofSeconds(30));
  }

  /** Brings an event to the engine, signed now; false when it has to come again. */
  boolean deliver(String event) {
    return receive(world.webhook(event)) instanceof WebhookReceipt.Accepted;
  }

  WebhookReceipt receive(PaymentWorld.Webhook webhook) {
    return engine.payments().receiveWebhook("stripe", webhook.headers(), webhook.body());
  }

  void deliverAll() {
    for (String event : world.stripe.takeEvents()) {
      assertThat(deliver(event)).as(event).isTrue();
    }
  }

  /** How often the double took money for a customer's payments. */
  long charges(UUID customer) {
    return engine.payments().list(customer, null, 200).stream()
        .mapToLong(payment -> world.chargesOf(payment.id()))
        .sum();
  }

  /** What Stripe has is what the ledger says, in sum and movement by movement. */
  void assertTruth() {
    assertThat(engine.ledger().balance(Accounts.gateway("stripe", Currency.EUR)))
        .isEqualTo(world.houseBalance());
    Interval time = new Interval(begin.minusSeconds(1), world.now().plusSeconds(1));
    assertThat(engine.reconciliation().compare("stripe", time).differences()).isEmpty();
  }

  @Override
  public void close() {
    engine.close();
    pool.close();
    world.close();
  }
}

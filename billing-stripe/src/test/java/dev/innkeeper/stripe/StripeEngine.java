package dev.innkeeper.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.AddMethodResult;
import dev.innkeeper.billing.payment.Payment;
import dev.innkeeper.billing.payment.PaymentMethod;
import dev.innkeeper.billing.payment.WebhookReceipt;
import dev.innkeeper.billing.payment.contract.PaymentWorld;
import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.testing.TestDatabase;
import dev.innkeeper.billing.testing.TestInvoices;
import dev.innkeeper.billing.time.Interval;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
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
  private final TestInvoices invoices;
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
    engine =
        BillingEngine.builder()
            .dataSource(pool)
            .schema(TestDatabase.SCHEMA)
            .clock(world.clock)
            .paymentProvider(provider())
            .build();
    invoices = new TestInvoices(new Database(pool, TestDatabase.SCHEMA), engine);
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
    return invoices.issue(customer, counter.incrementAndGet(), eur(amount), world.now());
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

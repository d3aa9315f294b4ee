package dev.innkeeper.billing;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.audit.Audit;
import dev.innkeeper.billing.audit.WorkHealth;
import dev.innkeeper.billing.catalog.Catalog;
import dev.innkeeper.billing.customer.Customers;
import dev.innkeeper.billing.db.Commands;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.Migrations;
import dev.innkeeper.billing.dunning.Dunning;
import dev.innkeeper.billing.dunning.Runways;
import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventDispatcher;
import dev.innkeeper.billing.event.EventHook;
import dev.innkeeper.billing.event.EventLog;
import dev.innkeeper.billing.event.TransactionHook;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.invoice.InvoiceSettings;
import dev.innkeeper.billing.invoice.Invoices;
import dev.innkeeper.billing.invoice.LineContributor;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.ledger.Ledger;
import dev.innkeeper.billing.payment.AccountClosing;
import dev.innkeeper.billing.payment.DeployGate;
import dev.innkeeper.billing.payment.ExternalPayments;
import dev.innkeeper.billing.payment.MoneyListener;
import dev.innkeeper.billing.payment.PaymentCore;
import dev.innkeeper.billing.payment.PaymentMethods;
import dev.innkeeper.billing.payment.PaymentServices;
import dev.innkeeper.billing.payment.Payments;
import dev.innkeeper.billing.payment.Payouts;
import dev.innkeeper.billing.payment.Providers;
import dev.innkeeper.billing.payment.Reconciliation;
import dev.innkeeper.billing.payment.Refunds;
import dev.innkeeper.billing.payment.Settlement;
import dev.innkeeper.billing.payment.SettlementPolicy;
import dev.innkeeper.billing.payment.SubscribedServices;
import dev.innkeeper.billing.payment.TopUps;
import dev.innkeeper.billing.payment.WalletHolds;
import dev.innkeeper.billing.payment.WalletRules;
import dev.innkeeper.billing.payment.Wallets;
import dev.innkeeper.billing.payment.sandbox.SandboxProvider;
import dev.innkeeper.billing.payment.sandbox.SandboxWebhooks;
import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.promotion.CouponDiscounts;
import dev.innkeeper.billing.promotion.CouponReturns;
import dev.innkeeper.billing.promotion.Coupons;
import dev.innkeeper.billing.promotion.RedeemableCodes;
import dev.innkeeper.billing.promotion.VoucherExpiry;
import dev.innkeeper.billing.promotion.VoucherRequests;
import dev.innkeeper.billing.promotion.Vouchers;
import dev.innkeeper.billing.subscription.ChargeBook;
import dev.innkeeper.billing.subscription.PrepaidBurn;
import dev.innkeeper.billing.subscription.StoredLives;
import dev.innkeeper.billing.subscription.Subscriptions;
import dev.innkeeper.billing.usage.Usage;
import dev.innkeeper.billing.usage.UsagePolicy;
import dev.innkeeper.billing.webhook.WebhookSettings;
import dev.innkeeper.billing.webhook.Webhooks;
import dev.innkeeper.billing.work.DueReport;
import dev.innkeeper.billing.work.DueRunner;
import dev.innkeeper.billing.work.DueWork;
import dev.innkeeper.billing.work.Heartbeats;
import java.security.SecureRandom;
import java.sql.Connection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The engine: every service over one database. Thread-safe.
 *
 * <p>The caller owns the {@link DataSource} and, unless {@link #start} is called, the threads:
 * {@link #runDue} does what is due and returns.
 */
public final class BillingEngine implements AutoCloseable {
  private final Database db;
  private final Clock clock;
  private final EventLog events;
  private final Ledger ledger;
  private final Customers customers;
  private final Catalog catalog;
  private final ChargeBook charges;
  private final Subscriptions subscriptions;
  private final PrepaidBurn prepaid;
  private final Usage usage;
  private final Invoices invoices;
  private final @Nullable SandboxProvider sandbox;
  private final PaymentServices payments;
  private final Vouchers vouchers;
  private final Coupons coupons;
  private final RedeemableCodes codes;
  private final VoucherRequests voucherRequests;
  private final Dunning dunning;
  private final Webhooks webhooks;
  private final Runways runways;
  private final Audit audit;
  private final DueRunner runner;
  private final WorkHealth workHealth;

  private BillingEngine(Builder builder, DataSource dataSource) {
    this.clock = builder.clock;
    this.db = new Database(dataSource, builder.schema);
    Ids ids = new Ids(clock, new SecureRandom());
    ObjectMapper json = BillingJson.mapper();
    Commands commands = new Commands(db, json, clock);
    List<TransactionHook> hooks = new ArrayList<>();
    hooks.add(new CouponReturns(db, clock).hook());
    hooks.addAll(builder.transactionHooks);
    this.events = new EventLog(db, json, ids, clock, hooks);
    this.ledger = new Ledger(db, clock);
    this.customers = new Customers(db, commands, events, json, ids, clock);
    this.catalog = new Catalog(db, json, ids, clock);
    this.charges = new ChargeBook(db, catalog, clock);
    Subscriptions.Parts parts =
        new Subscriptions.Parts(
            db, commands, customers, catalog, charges, events, json, ids, clock);
    this.subscriptions = new Subscriptions(parts);
    this.prepaid = new PrepaidBurn(parts, subscriptions, ledger);
    this.usage =
        new Usage(db, catalog, new StoredLives(db, customers, clock), builder.usagePolicy, clock);
    this.invoices =
        new Invoices(
            new Invoices.Services(
                db, commands, events, json, ids, clock, customers, ledger, charges),
            withCoupons(builder.invoicing));
    this.sandbox =
        builder.sandbox ? new SandboxProvider(db, clock, SandboxProvider.newSecret()) : null;
    PaymentCore core =
        new PaymentCore(db, commands, events, ids, clock, ledger, customers, invoices);
    List<MoneyListener> listeners = new ArrayList<>();
    SubscribedServices running = new SubscribedServices(customers, subscriptions, charges);
    this.payments =
        PaymentServices.of(core, providers(builder), builder.settlementPolicy, running, listeners);
    this.vouchers = new Vouchers(core, payments.settlement());
    this.coupons = new Coupons(core);
    this.voucherRequests = new VoucherRequests(core, vouchers);
    this.codes = new RedeemableCodes(core, vouchers, coupons);
    this.dunning = new Dunning(core, payments.settlement(), subscriptions);
    this.runways = new Runways(core, payments, running, subscriptions);
    listeners.add(dunning);
    listeners.add(runways);
    listeners.add(payments.walletRules());
    listeners.add(prepaid::cashChanged);
    this.webhooks =
        new Webhooks(
            new Webhooks.Parts(db, commands, json, ids, clock, new SecureRandom()),
            builder.webhookSettings);
    this.audit = new Audit(db, clock, ledger.audit(), invoices);
    List<DueWork> due = dueWork(builder, json, core);
    Heartbeats heartbeats = new Heartbeats(db, builder.wallClock);
    this.runner = new DueRunner(due, clock, heartbeats);
    this.workHealth =
        new WorkHealth(
            db,
            heartbeats,
            due.stream().map(DueWork::name).toList(),
            new WorkHealth.Clocks(clock, builder.wallClock));
  }

  /** Coupons come after what the embedder contributes, on what that leaves. */
  private InvoiceSettings withCoupons(InvoiceSettings settings) {
    List<LineContributor> contributors = new ArrayList<>(settings.contributors());
    contributors.add(new CouponDiscounts(db, customers, clock));
    return settings.withContributors(contributors);
  }

  private Providers providers(Builder builder) {
    List<PaymentProvider> providers = new ArrayList<>(builder.paymentProviders);
    if (sandbox != null) {
      providers.add(sandbox);
    }
    return new Providers(providers);
  }

  /** In the order it is done: what is billed is settled, what is not settled is reminded of. */
  private List<DueWork> dueWork(Builder builder, ObjectMapper json, PaymentCore core) {
    List<DueWork> work = new ArrayList<>(ledger.dueWork());
    work.addAll(subscriptions.dueWork());
    work.add(prepaid);
    work.add(invoices.dueWork());
    work.addAll(payments.dueWork());
    if (sandbox != null) {
      work.add(new SandboxWebhooks(sandbox, payments.payments()));
    }
    work.add(new VoucherExpiry(core));
    work.add(dunning);
    work.add(runways);
    List<EventHook> hooks = new ArrayList<>(dunning.hooks());
    hooks.add(runways.hook());
    hooks.addAll(builder.hooks);
    work.add(new EventDispatcher(db, json, hooks, webhooks.relay()));
    work.addAll(webhooks.dueWork());
    return List.copyOf(work);
  }

  public static Builder builder() {
    return new Builder();
  }

  public Ledger ledger() {
    return ledger;
  }

  public Customers customers() {
    return customers;
  }

  public Catalog catalog() {
    return catalog;
  }

  public Subscriptions subscriptions() {
    return subscriptions;
  }

  /** What is drawn from prepaid cash. */
  public PrepaidBurn prepaid() {
    return prepaid;
  }

  public Usage usage() {
    return usage;
  }

  /** What is to be billed, for those who make their own invoices. */
  public ChargeBook charges() {
    return charges;
  }

  public Invoices invoices() {
    return invoices;
  }

  /** What customers have and owe. */
  public Wallets wallets() {
    return payments.wallets();
  }

  /** Cards. */
  public PaymentMethods paymentMethods() {
    return payments.methods();
  }

  /** Filling wallets from cards. */
  public TopUps topUps() {
    return payments.topUps();
  }

  /** Paying invoices. */
  public Settlement settlement() {
    return payments.settlement();
  }

  /** Attempts to charge cards, and webhooks of payment providers. */
  public Payments payments() {
    return payments.payments();
  }

  /** Sending money back to cards. */
  public Refunds refunds() {
    return payments.refunds();
  }

  /** Money that came another way than by a payment provider. */
  public ExternalPayments externalPayments() {
    return payments.external();
  }

  /** Cash that goes out by hand. */
  public Payouts payouts() {
    return payments.payouts();
  }

  /** Emptying the wallets of customers who leave. */
  public AccountClosing accountClosing() {
    return payments.closing();
  }

  /** Keeping cash back for something. */
  public WalletHolds walletHolds() {
    return payments.holds();
  }

  /** Holding payment providers' books against ours. */
  public Reconciliation reconciliation() {
    return payments.reconciliation();
  }

  /** Warnings of low wallets, and automatic top-ups. */
  public WalletRules walletRules() {
    return payments.walletRules();
  }

  /** Whether a customer may start something. */
  public DeployGate deployGate() {
    return payments.deployGate();
  }

  public Vouchers vouchers() {
    return vouchers;
  }

  /** Customers' wishes for credit. */
  public VoucherRequests voucherRequests() {
    return voucherRequests;
  }

  /** When wallets will be used up. */
  public Runways runways() {
    return runways;
  }

  /** Discounts on invoices to come. */
  public Coupons coupons() {
    return coupons;
  }

  /** Redeems what a customer typed, a voucher's code or a coupon's. */
  public RedeemableCodes codes() {
    return codes;
  }

  /** What happens when nobody pays. */
  public Dunning dunning() {
    return dunning;
  }

  /** Receivers of events over HTTP. */
  public Webhooks webhooks() {
    return webhooks;
  }

  /** The sandbox provider, where the engine was built with it. */
  public Optional<SandboxProvider> sandbox() {
    return Optional.ofNullable(sandbox);
  }

  public EventLog events() {
    return events;
  }

  /** The time the engine goes by. */
  public Instant now() {
    return clock.instant();
  }

  /**
   * Runs commands inside the caller's transaction: they take effect when the caller commits, and
   * not at all when the caller rolls back.
   *
   * @param connection in a transaction of the caller's, to the engine's database
   */
  public <T extends @Nullable Object> T in(Connection connection, Supplier<T> commands) {
    return db.joining(connection, commands);
  }

  /**
   * Does work that is due, of every kind in turn, until nothing is due or the time is up. A kind
   * that fails is reported and left for the next call; the others go on.
   *
   * @param budget no new batch is begun after this much time
   */
  public DueReport runDue(Duration budget) {
    return runner.run(budget);
  }

  /**
   * Has the engine do due work on a thread of its own, until {@link #close}. Any number of engines
   * on one database may do so at once.
   *
   * @param pause between two looks at what is due; positive
   * @throws IllegalStateException when it was started before
   */
  public void start(Duration pause) {
    runner.start(pause);
  }

  /** Ends the engine's own threads. The data source is the caller's and stays open. */
  @Override
  public void close() {
    runner.close();
    webhooks.close();
    ledger.close();
  }

  /** Checks the promises about money on the live database. */
  public Audit audit() {
    return audit;
  }

  /** Whether due work is being done, by this engine or any other on the database. */
  public WorkHealth workHealth() {
    return workHealth;
  }

  /** Collects what an engine is made of. Not thread-safe. */
  public static final class Builder {
    private @Nullable DataSource dataSource;
    private String schema = "billing";
    private Clock clock = Clock.systemUTC();
    private Clock wallClock = Clock.systemUTC();
    private boolean migrate;
    private UsagePolicy usagePolicy = UsagePolicy.STANDARD;
    private InvoiceSettings invoicing = InvoiceSettings.standard();
    private final List<EventHook> hooks = new ArrayList<>();
    private final List<TransactionHook> transactionHooks = new ArrayList<>();
    private final List<PaymentProvider> paymentProviders = new ArrayList<>();
    private SettlementPolicy settlementPolicy = SettlementPolicy.STANDARD;
    private WebhookSettings webhookSettings = WebhookSettings.standard();
    private boolean sandbox;

    private Builder() {}

    /** Where the money is kept: PostgreSQL 15 or newer. A pooled data source is expected. */
    public Builder dataSource(DataSource newDataSource) {
      this.dataSource = newDataSource;
      return this;
    }

    /** The schema that belongs to the engine alone; {@code billing} unless set. */
    public Builder schema(String newSchema) {
      this.schema = newSchema;
      return this;
    }

    /** The time the engine goes by; the system's unless set. */
    public Builder clock(Clock newClock) {
      this.clock = newClock;
      return this;
    }

    /** Real time, by which it is judged whether due work is being done; the system's unless set. */
    public Builder wallClock(Clock newWallClock) {
      this.wallClock = newWallClock;
      return this;
    }

    /**
     * Calls the handler for every event of the type, after the change that caused it is committed,
     * in order for each customer, at least once.
     */
    public <E extends BillingEvent> Builder hook(Class<E> type, Consumer<E> handler) {
      return hook(EventHook.on("hook-" + (hooks.size() + 1), type, handler));
    }

    /** Adds a hook with a name of its own, for one type of event or for all. */
    public Builder hook(EventHook hook) {
      hooks.add(hook);
      return this;
    }

    /**
     * Calls the handler for every event of the type, in the transaction of the change that causes
     * it: what it throws undoes the change.
     */
    public <E extends BillingEvent> Builder transactionHook(
        Class<E> type, TransactionHook.Handler<E> handler) {
      transactionHooks.add(TransactionHook.on(type, handler));
      return this;
    }

    /** Who sells, what tax applies, how invoices are numbered and when they are due. */
    public Builder invoicing(InvoiceSettings newInvoicing) {
      this.invoicing = newInvoicing;
      return this;
    }

    /** Adds a payment provider; ledger accounts are named by its code. */
    public Builder paymentProvider(PaymentProvider provider) {
      paymentProviders.add(provider);
      return this;
    }

    /**
     * Adds the sandbox provider, which takes test cards and moves no money: for trying things out,
     * never where real customers are.
     */
    public Builder sandbox() {
      this.sandbox = true;
      return this;
    }

    /** How open invoices are settled; the largest first, from everything there is, unless set. */
    public Builder settlementPolicy(SettlementPolicy policy) {
      this.settlementPolicy = policy;
      return this;
    }

    /** Where webhooks may go and how they are sent; {@link WebhookSettings#standard} unless set. */
    public Builder webhooks(WebhookSettings newSettings) {
      this.webhookSettings = newSettings;
      return this;
    }

    /** How late usage may come; {@link UsagePolicy#STANDARD} unless set. */
    public Builder usagePolicy(UsagePolicy newPolicy) {
      this.usagePolicy = newPolicy;
      return this;
    }

    /** Lets {@link #build} create or update the schema, which it otherwise refuses to touch. */
    public Builder migrate() {
      this.migrate = true;
      return this;
    }

    /**
     * Makes the engine.
     *
     * @throws IllegalStateException without a data source
     * @throws dev.innkeeper.billing.db.SchemaMismatch when the schema is older or newer than this
     *     version; an older one is brought up to date first if {@link #migrate} was called
     */
    public BillingEngine build() {
      DataSource source = dataSource;
      if (source == null) {
        throw new IllegalStateException("the engine needs a dataSource");
      }
      Migrations migrations = new Migrations(source, schema);
      if (migrate) {
        migrations.migrate();
      }
      migrations.requireCurrent();
      return new BillingEngine(this, source);
    }
  }
}

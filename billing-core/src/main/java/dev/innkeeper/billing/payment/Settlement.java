package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.customer.Customers;
import dev.innkeeper.billing.db.Commands;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.invoice.InvoiceStatus;
import dev.innkeeper.billing.invoice.Invoices;
import dev.innkeeper.billing.invoice.PaymentSource;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.spi.ChargeRequest.Presence;
import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.work.DueWork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Pays open invoices from voucher credit, cash and cards. Runs by itself when an invoice is issued,
 * and again on every voucher, top-up and new card. Thread-safe.
 */
public final class Settlement {
  private final Database db;
  private final Commands commands;
  private final Customers customers;
  private final Invoices invoices;
  private final PaymentBook book;
  private final SettlementPass pass;
  private final ChargeRunner runner;
  private final SettlementPolicy policy;
  private final Ids ids;
  private final Providers providers;

  Settlement(
      PaymentCore core,
      Providers providers,
      PaymentBook book,
      SettlementPass pass,
      ChargeRunner runner,
      SettlementPolicy policy) {
    this.db = core.db();
    this.commands = core.commands();
    this.customers = core.customers();
    this.invoices = core.invoices();
    this.book = book;
    this.pass = pass;
    this.runner = runner;
    this.policy = policy;
    this.ids = core.ids();
    this.providers = providers;
  }

  /**
   * Settles what the customer has open, as far as wallet and cards go. Outside a transaction cards
   * are charged before it returns; inside one, after it is committed, by due work.
   */
  public void settle(UUID customerId) {
    settleAll(List.of(customerId));
  }

  /** {@link #settle} for many customers, the wallets' part in one transaction. */
  public void settleAll(Collection<UUID> customerIds) {
    boolean chargesNow = !db.inTransaction();
    if (chargesNow) {
      customerIds.forEach(this::callOffWhatWaits);
    }
    Duration headStart = chargesNow ? DueRows.HEAD_START : Duration.ZERO;
    List<Recorded> recorded =
        db.tx(
            handle -> {
              pass.lock(handle, customerIds);
              return pass.run(handle, pass.all(customerIds, headStart));
            });
    if (chargesNow) {
      runner.run(recorded);
      runner.run(book.recordedAndDue(customerIds));
    }
  }

  /**
   * Pays one invoice from what the customer chose, in the customer's presence.
   *
   * @param key a repeat with the same key and content does not pay again
   * @return the invoice as it is then: paid, or still open when the money did not reach or a card
   *     was declined; {@link Payments#list} tells why
   * @throws IllegalStateException inside a transaction: a card may be charged
   * @throws dev.innkeeper.billing.problem.NotFound when the customer has no such invoice or card
   * @throws NotAllowed with code {@code invoice-not-open} when it is paid or void, and {@code
   *     payment-in-flight} while another payment for it has not ended, {@code below-minimum} when
   *     only a card is to pay less than its provider takes
   */
  public Invoice pay(UUID customerId, UUID invoiceId, PaymentMix mix, String key) {
    db.requireNoTransaction();
    record Request(UUID invoiceId, PaymentMix mix) {}
    UUID[] recorded =
        callingOff(
            () ->
                commands.once(
                    customerId,
                    "invoice.pay:" + key,
                    new Request(invoiceId, mix),
                    UUID[].class,
                    () ->
                        record(customerId, invoiceId, mix).stream()
                            .map(Recorded::paymentId)
                            .toArray(UUID[]::new)));
    List<Recorded> payments = new ArrayList<>();
    for (UUID paymentId : recorded) {
      payments.add(new Recorded(customerId, paymentId));
    }
    runner.run(payments);
    return invoices.get(customerId, invoiceId);
  }

  /**
   * Lets the customer pay what is open of one invoice on a page of the provider's. A page that is
   * open already is given again; anything else that waits for the customer is called off first.
   *
   * @param key a repeat with the same key and content finds the first payment and its page
   * @return the payment, usually {@link PaymentState#ACTION_REQUIRED} with the page's address
   * @throws IllegalStateException inside a transaction: a provider is called
   * @throws dev.innkeeper.billing.problem.NotFound when the customer has no such invoice
   * @throws dev.innkeeper.billing.problem.InvalidInput when the provider has no such page
   * @throws NotAllowed as {@link #pay}, and with code {@code too-little} when less is open than the
   *     provider takes
   */
  public Payment payOnPage(UUID customerId, UUID invoiceId, PayPage page, String key) {
    db.requireNoTransaction();
    record Request(UUID invoiceId, PayPage page) {}
    PaymentProvider provider = providers.withPage(page.provider());
    Optional<Payment> same = openPage(customerId, invoiceId, page);
    if (same.isPresent()) {
      return runner.refresh(customerId, same.get().id());
    }
    UUID paymentId =
        callingOff(
            () ->
                commands.once(
                    customerId,
                    "invoice.pay:" + key,
                    new Request(invoiceId, page),
                    UUID.class,
                    () -> recordOnPage(customerId, invoiceId, page, provider)));
    runner.run(List.of(new Recorded(customerId, paymentId)));
    return book.find(customerId, paymentId).orElseThrow();
  }

  private Optional<Payment> openPage(UUID customerId, UUID invoiceId, PayPage page) {
    Invoice invoice = invoices.get(customerId, invoiceId);
    return book.open(customerId).stream()
        .filter(p -> invoiceId.equals(p.invoiceId()) && p.amount().equals(invoice.open()))
        .filter(p -> p.state() == PaymentState.ACTION_REQUIRED)
        .filter(p -> p.provider().equals(page.provider()))
        .filter(p -> page.returnUrl().equals(p.returnUrl()))
        .findFirst();
  }

  private UUID recordOnPage(
      UUID customerId, UUID invoiceId, PayPage page, PaymentProvider provider) {
    return db.tx(
        handle -> {
          customers.lock(customerId);
          Invoice invoice = invoices.get(customerId, invoiceId);
          requireOpen(invoice);
          Currency currency = invoice.open().currency();
          if (!provider.supports(currency)
              || invoice.open().compareTo(provider.minimumCharge(currency)) < 0) {
            throw new NotAllowed(
                "too-little",
                provider.code() + " can't take " + invoice.open() + "; top up the wallet instead");
          }
          Payment waiting = waiting(customerId, invoiceId);
          if (waiting != null) {
            throw new WaitsForCustomer(waiting);
          }
          UUID id = ids.next();
          book.insert(
              List.of(
                  new PaymentBook.NewPayment(
                      customerId,
                      id,
                      invoiceId,
                      book.page(customerId, page),
                      invoice.open(),
                      "Invoice " + invoice.number())),
              DueRows.HEAD_START);
          return id;
        });
  }

  /** Undoes a command that is valid, but for an attempt that has to be called off before. */
  private static final class WaitsForCustomer extends RuntimeException {
    private final transient Payment payment;

    WaitsForCustomer(Payment payment) {
      super("payment " + payment.id() + " waits for its customer", null, false, false);
      this.payment = payment;
    }
  }

  /**
   * Runs a command, and calls off what waits for the customer only if that stands in its way: what
   * is refused, and the repeat of a command that recorded the very attempt, leave it alone.
   */
  private <T> T callingOff(Supplier<T> command) {
    try {
      return command.get();
    } catch (WaitsForCustomer first) {
      runner.giveUp(first.payment);
    }
    try {
      return command.get();
    } catch (WaitsForCustomer again) {
      throw inFlight();
    }
  }

  /**
   * The attempt for the invoice that waits for its customer; null when there is none.
   *
   * @throws NotAllowed when there is one that does not wait
   */
  private @Nullable Payment waiting(UUID customerId, UUID invoiceId) {
    for (Payment payment : book.open(customerId)) {
      if (invoiceId.equals(payment.invoiceId())) {
        if (payment.state() != PaymentState.ACTION_REQUIRED) {
          throw inFlight();
        }
        return payment;
      }
    }
    return null;
  }

  private static NotAllowed inFlight() {
    return new NotAllowed(
        "payment-in-flight", "a payment for this invoice has not ended yet; wait until it has");
  }

  private List<Recorded> record(UUID customerId, UUID invoiceId, PaymentMix mix) {
    return db.tx(
        handle -> {
          customers.lock(customerId);
          Invoice invoice = invoices.get(customerId, invoiceId);
          requireOpen(invoice);
          if (mix.sources().equals(Set.of(PaymentSource.CARD))) {
            requireChargeable(handle, invoice, mix.methodId());
          }
          UUID methodId = mix.methodId();
          if (methodId != null
              && MethodBook.of(handle, List.of(customerId)).stream()
                  .noneMatch(m -> m.id().equals(methodId))) {
            throw new dev.innkeeper.billing.problem.NotFound("payment-method", methodId.toString());
          }
          SettlementPass.Scope scope =
              new SettlementPass.Scope(
                  List.of(customerId),
                  policy.from(mix.sources()),
                  Presence.ON_SESSION,
                  invoiceId,
                  methodId,
                  DueRows.HEAD_START);
          Payment waiting = waiting(customerId, invoiceId);
          if (waiting == null) {
            return pass.run(handle, scope);
          }
          if (pass.without(handle, scope, waiting).parts().isEmpty()) {
            return List.of();
          }
          throw new WaitsForCustomer(waiting);
        });
  }

  /** A card alone can't pay less than its provider takes; together with other sources it may. */
  private void requireChargeable(Handle handle, Invoice invoice, @Nullable UUID methodId) {
    Optional<Amount> least = pass.leastCharge(handle, invoice, methodId);
    if (least.isPresent() && invoice.open().compareTo(least.get()) < 0) {
      throw new NotAllowed(
          "below-minimum",
          "a card is charged at least "
              + least.get()
              + ", and "
              + invoice.open()
              + " are open: pay from credit or cash, or top up first");
    }
  }

  private static void requireOpen(Invoice invoice) {
    if (invoice.status() != InvoiceStatus.OPEN) {
      throw new NotAllowed(
          "invoice-not-open",
          "invoice "
              + invoice.number()
              + " is "
              + invoice.status().name().toLowerCase(java.util.Locale.ROOT)
              + ": there is nothing to pay");
    }
  }

  /**
   * Charges that wait for a customer who may never come give way when the invoice can be paid
   * without them: whole from the wallet, or by another card.
   */
  private void callOffWhatWaits(UUID customerId) {
    for (Payment payment : book.open(customerId)) {
      if (payment.state() == PaymentState.ACTION_REQUIRED
          && !payment.isTopUp()
          && hasAnotherWay(payment)) {
        runner.run(runner.callOff(payment));
      }
    }
  }

  private boolean hasAnotherWay(Payment waiting) {
    SettlementPass.Scope scope = pass.all(List.of(waiting.customerId()), DueRows.HEAD_START);
    return db.tx(handle -> pass.without(handle, scope, waiting).isEnough());
  }

  /** Settles invoices that were issued and not tried yet. */
  DueWork dueWork() {
    return new SettlementWork(db, pass, runner);
  }
}

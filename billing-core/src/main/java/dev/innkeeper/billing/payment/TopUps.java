package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.customer.Customers;
import dev.innkeeper.billing.db.Commands;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.spi.ChargeRequest.Presence;
import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Fills wallets from cards. Thread-safe. */
public final class TopUps {
  private static final long AMOUNT_MAX_MINOR = 99_999_999;

  private final Database db;
  private final Commands commands;
  private final Ids ids;
  private final Clock clock;
  private final Customers customers;
  private final Providers providers;
  private final PaymentBook book;
  private final ChargeRunner runner;

  TopUps(PaymentCore core, Providers providers, PaymentBook book, ChargeRunner runner) {
    this.db = core.db();
    this.commands = core.commands();
    this.ids = core.ids();
    this.clock = core.clock();
    this.customers = core.customers();
    this.providers = providers;
    this.book = book;
    this.runner = runner;
  }

  /**
   * Charges a card and adds the money to the wallet, once the provider says that it was taken; open
   * invoices are settled with it at once.
   *
   * @param amount in the customer's currency, at least the provider's minimum
   * @param methodId the card; null for the default one
   * @param key a repeat with the same key and content finds the first payment
   * @return the payment as it is when the provider has answered: see {@link Payment#state}
   * @throws IllegalStateException inside a transaction: a provider is called
   * @throws InvalidInput when the amount is not positive, too small, too large, or of another
   *     currency
   * @throws NotAllowed with code {@code no-card} when there is no usable card
   */
  public Payment topUp(UUID customerId, Amount amount, @Nullable UUID methodId, String key) {
    db.requireNoTransaction();
    record Request(Amount amount, @Nullable UUID methodId) {}
    UUID paymentId =
        commands.once(
            customerId,
            "top-up:" + key,
            new Request(amount, methodId),
            UUID.class,
            () -> record(customerId, amount, methodId));
    runner.run(List.of(new Recorded(customerId, paymentId)));
    return book.find(customerId, paymentId).orElseThrow();
  }

  /**
   * Lets the customer fill the wallet on a page of the provider's, with a card that is entered
   * there and not kept.
   *
   * @param amount as for {@link #topUp}
   * @param key a repeat with the same key and content finds the first payment and its page
   * @return the payment, usually {@link PaymentState#ACTION_REQUIRED} with the page's address
   * @throws IllegalStateException inside a transaction: a provider is called
   * @throws InvalidInput as {@link #topUp}, and when the provider has no such page
   */
  public Payment topUpOnPage(UUID customerId, Amount amount, PayPage page, String key) {
    db.requireNoTransaction();
    record Request(Amount amount, PayPage page) {}
    UUID paymentId =
        commands.once(
            customerId,
            "top-up:" + key,
            new Request(amount, page),
            UUID.class,
            () ->
                db.tx(
                    handle -> {
                      Currency currency = customers.get(customerId).currency();
                      customers.lock(customerId);
                      validate(amount, currency, providers.withPage(page.provider()));
                      UUID id = ids.next();
                      PaymentBook.Means means = book.page(customerId, page);
                      book.insert(
                          List.of(
                              new PaymentBook.NewPayment(
                                  customerId, id, null, means, amount, "Top-up")),
                          DueRows.HEAD_START);
                      return id;
                    }));
    runner.run(List.of(new Recorded(customerId, paymentId)));
    return book.find(customerId, paymentId).orElseThrow();
  }

  private UUID record(UUID customerId, Amount amount, @Nullable UUID methodId) {
    return db.tx(
        handle -> {
          Currency currency = customers.get(customerId).currency();
          customers.lock(customerId);
          PaymentMethod method =
              MethodBook.of(handle, List.of(customerId)).stream()
                  .filter(m -> methodId == null || m.id().equals(methodId))
                  .filter(m -> m.isUsableAt(clock.instant()))
                  .findFirst()
                  .orElseThrow(
                      () -> new NotAllowed("no-card", "there is no usable card; add a card first"));
          validate(amount, currency, providers.get(method.provider()));
          UUID id = ids.next();
          PaymentBook.Means means = new PaymentBook.Means.Card(method, Presence.ON_SESSION);
          book.insert(
              List.of(new PaymentBook.NewPayment(customerId, id, null, means, amount, "Top-up")),
              DueRows.HEAD_START);
          return id;
        });
  }

  private static void validate(Amount amount, Currency currency, PaymentProvider provider) {
    if (!amount.currency().equals(currency)) {
      throw new InvalidInput("amount", "must be in " + currency + ", the customer's currency");
    }
    if (!provider.supports(currency)) {
      throw new InvalidInput("amount", provider.code() + " can't charge " + currency);
    }
    if (amount.compareTo(provider.minimumCharge(currency)) < 0) {
      throw new InvalidInput("amount", "must be at least " + provider.minimumCharge(currency));
    }
    if (amount.minorUnits() > AMOUNT_MAX_MINOR) {
      throw new InvalidInput(
          "amount", "must be at most " + Amount.ofMinor(AMOUNT_MAX_MINOR, currency));
    }
  }
}

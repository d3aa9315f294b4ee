package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.spi.ChargeRequest.Presence;
import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.problem.InvalidInput;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * Watches wallets for those who asked for it. A top-up of its own is recorded with the change that
 * made the wallet low, at most one at a time and one a day. Thread-safe.
 */
public final class WalletRules implements MoneyListener {
  private static final String DESCRIPTION = "Automatic top-up";

  /** Debt may swallow a top-up at once: without a pause one would follow the other. */
  private static final Duration PAUSE = Duration.ofDays(1);

  private static final String COLUMNS =
      "customer_id, currency, low_minor, top_up_minor, method_id, is_low";

  private final PaymentCore core;
  private final Providers providers;
  private final PaymentBook book;

  WalletRules(PaymentCore core, Providers providers, PaymentBook book) {
    this.core = core;
    this.providers = providers;
    this.book = book;
  }

  private record Row(UUID customerId, WalletRule rule, boolean isLow) {}

  /**
   * Sets or replaces the customer's rule, and follows it at once; cards are charged by due work.
   *
   * @throws InvalidInput when an amount is negative or of another currency than the customer's
   */
  public void set(UUID customerId, WalletRule rule) {
    Currency currency = core.customers().get(customerId).currency();
    Amount topUp = rule.topUp();
    if (!rule.threshold().currency().equals(currency) || rule.threshold().isNegative()) {
      throw new InvalidInput("threshold", "must be zero or more, in " + currency);
    }
    if (topUp != null && (!topUp.currency().equals(currency) || !topUp.isPositive())) {
      throw new InvalidInput("topUp", "must be above zero, in " + currency);
    }
    core.db()
        .run(
            handle -> {
              core.customers().lock(customerId);
              handle
                  .createUpdate(
                      "insert into @.wallet_rule (customer_id, currency, low_minor, top_up_minor,"
                          + " method_id) values (:c, :currency, :low, :topUp, cast(:method as uuid))"
                          + " on conflict (customer_id) do update set currency = excluded.currency,"
                          + " low_minor = excluded.low_minor, top_up_minor = excluded.top_up_minor,"
                          + " method_id = excluded.method_id, is_low = false")
                  .bind("c", customerId)
                  .bind("currency", currency.code())
                  .bind("low", rule.threshold().minorUnits())
                  .bind("topUp", topUp == null ? null : Long.valueOf(topUp.minorUnits()))
                  .bind("method", rule.methodId())
                  .execute();
              moneyChanged(List.of(customerId));
            });
  }

  /** The customer's rule. */
  public Optional<WalletRule> of(UUID customerId) {
    return core.db()
        .tx(handle -> rows(handle, List.of(customerId)).stream().findFirst().map(Row::rule));
  }

  /** Forgets the customer's rule. */
  public void remove(UUID customerId) {
    core.db()
        .run(
            handle ->
                handle
                    .createUpdate("delete from @.wallet_rule where customer_id = :c")
                    .bind("c", customerId)
                    .execute());
  }

  @Override
  public void moneyChanged(Collection<UUID> customerIds) {
    core.db().run(handle -> rows(handle, customerIds).forEach(row -> follow(handle, row)));
  }

  private void follow(Handle handle, Row row) {
    Currency currency = row.rule().threshold().currency();
    Amount available =
        core.ledger()
            .available(Accounts.cash(row.customerId(), currency))
            .plus(core.ledger().balance(Accounts.voucher(row.customerId(), currency)));
    boolean low = available.compareTo(row.rule().threshold()) < 0;
    if (low != row.isLow()) {
      handle
          .createUpdate("update @.wallet_rule set is_low = :low where customer_id = :c")
          .bind("low", low)
          .bind("c", row.customerId())
          .execute();
      if (low) {
        core.events().append(new WalletLow(row.customerId(), available, row.rule().threshold()));
      }
    }
    Amount topUp = row.rule().topUp();
    if (low && topUp != null) {
      fill(handle, row, topUp);
    }
  }

  private void fill(Handle handle, Row row, Amount topUp) {
    Instant now = core.clock().instant();
    boolean mustWait =
        handle
            .createQuery(
                "select exists (select 1 from @.payment where customer_id = :c"
                    + " and purpose = 'TOP_UP' and (next_at is not null"
                    + "  or (description = :description and recorded_at > :since)))")
            .bind("c", row.customerId())
            .bind("description", DESCRIPTION)
            .bind("since", now.minus(PAUSE).atOffset(ZoneOffset.UTC))
            .mapTo(Boolean.class)
            .one();
    if (mustWait) {
      return;
    }
    UUID wanted = row.rule().methodId();
    Optional<PaymentMethod> method =
        MethodBook.of(handle, List.of(row.customerId())).stream()
            .filter(m -> wanted == null || m.id().equals(wanted))
            .filter(m -> m.isUsableAt(now) && canCharge(m, topUp))
            .findFirst();
    method.ifPresent(
        card ->
            book.insert(
                List.of(
                    new PaymentBook.NewPayment(
                        row.customerId(),
                        core.ids().next(),
                        null,
                        new PaymentBook.Means.Card(card, Presence.OFF_SESSION),
                        topUp,
                        DESCRIPTION)),
                Duration.ZERO));
  }

  private boolean canCharge(PaymentMethod method, Amount amount) {
    if (!providers.has(method.provider())) {
      return false;
    }
    PaymentProvider provider = providers.get(method.provider());
    return provider.supports(amount.currency())
        && amount.compareTo(provider.minimumCharge(amount.currency())) >= 0;
  }

  private static List<Row> rows(Handle handle, Collection<UUID> customerIds) {
    return handle
        .createQuery(
            "select " + COLUMNS + " from @.wallet_rule where customer_id = any(:customers)")
        .bindArray("customers", UUID.class, customerIds)
        .map((row, context) -> row(row))
        .list();
  }

  private static Row row(ResultSet row) throws SQLException {
    Currency currency = Currency.of(row.getString("currency"));
    long topUpMinor = row.getLong("top_up_minor");
    Amount topUp = row.wasNull() ? null : Amount.ofMinor(topUpMinor, currency);
    return new Row(
        row.getObject("customer_id", UUID.class),
        new WalletRule(
            Amount.ofMinor(row.getLong("low_minor"), currency),
            topUp,
            row.getObject("method_id", UUID.class)),
        row.getBoolean("is_low"));
  }
}

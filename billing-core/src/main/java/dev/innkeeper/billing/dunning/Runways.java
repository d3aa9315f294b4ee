package dev.innkeeper.billing.dunning;

import dev.innkeeper.billing.customer.Customers;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.event.EventHook;
import dev.innkeeper.billing.event.EventLog;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.MoneyListener;
import dev.innkeeper.billing.payment.PaymentCore;
import dev.innkeeper.billing.payment.PaymentMethods;
import dev.innkeeper.billing.payment.PaymentServices;
import dev.innkeeper.billing.payment.RunningServices;
import dev.innkeeper.billing.payment.Wallet;
import dev.innkeeper.billing.payment.WalletRules;
import dev.innkeeper.billing.payment.Wallets;
import dev.innkeeper.billing.subscription.Subscriptions;
import dev.innkeeper.billing.work.DueWork;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Warns customers who pay from voucher credit or cash before it is used up. When that will be is
 * computed after a change and at the end of a period, and waits in an index until then; a tick
 * costs what is due. Who has a usable card is not warned: the card pays. Thread-safe.
 */
public final class Runways implements MoneyListener, DueWork {
  /** How long before the credit is used up its owner is told. */
  public static final Duration AHEAD = Duration.ofDays(7);

  private static final int CUSTOMERS_A_BATCH = 50;
  private static final int PERIODS_AHEAD = 3;
  private static final int POINTS = 10;
  private static final Duration FINE_ENOUGH = Duration.ofMinutes(10);

  /** What changes who is concerned; money that moves is heard of otherwise. */
  private static final Set<String> CHANGES =
      Set.of(
          "subscription.started",
          "subscription.changed",
          "subscription.resumed",
          "subscription.suspended",
          "subscription.terminated",
          "voucher.redeemed",
          "voucher.expired",
          "wallet.topped-up",
          "payment.external",
          "payment-method.added",
          "payment-method.disabled",
          "payment-method.removed",
          "prepaid.depleted");

  private final Database db;
  private final EventLog events;
  private final Clock clock;
  private final Customers customers;
  private final Wallets wallets;
  private final PaymentMethods methods;
  private final WalletRules rules;
  private final RunningServices running;
  private final Subscriptions subscriptions;

  public Runways(
      PaymentCore core,
      PaymentServices payments,
      RunningServices running,
      Subscriptions subscriptions) {
    this.db = core.db();
    this.events = core.events();
    this.clock = core.clock();
    this.customers = core.customers();
    this.wallets = payments.wallets();
    this.methods = payments.methods();
    this.rules = payments.walletRules();
    this.running = running;
    this.subscriptions = subscriptions;
  }

  /** The hook that tells of changes of what runs, and of cards. */
  public EventHook hook() {
    return EventHook.onEvery(
        "runways",
        event -> {
          if (CHANGES.contains(event.type())) {
            look(event.customerId());
          }
        });
  }

  /** Has the customer looked at with the next batch. */
  private void look(UUID customerId) {
    db.run(
        handle ->
            handle
                .createUpdate(
                    "insert into @.runway (customer_id, next_at) values (:c, :now)"
                        + " on conflict (customer_id) do update set next_at = :now")
                .bind("c", customerId)
                .bind("now", at(clock.instant()))
                .execute());
  }

  /** One statement, whatever the number of customers; who has no row is not concerned. */
  @Override
  public void moneyChanged(Collection<UUID> customerIds) {
    db.run(
        handle ->
            handle
                .createUpdate(
                    "update @.runway set next_at = :now"
                        + " where customer_id = any(:customers) and next_at > :now")
                .bind("now", at(clock.instant()))
                .bindArray("customers", UUID.class, customerIds)
                .execute());
  }

  @Override
  public String name() {
    return "runways";
  }

  @Override
  public int runBatch(Instant now) {
    return db.tx(
        handle -> {
          List<UUID> due = claim(handle, now);
          due.forEach(customerId -> advance(handle, customerId, now));
          return due.size();
        });
  }

  private static List<UUID> claim(Handle handle, Instant now) {
    return handle
        .createQuery(
            "select s.customer_id from @.customer_state s where s.customer_id in"
                + " (select r.customer_id from @.runway r where r.next_at <= :now"
                + " order by r.next_at, r.customer_id limit :limit)"
                + " order by s.customer_id for no key update skip locked")
        .bind("now", at(now))
        .bind("limit", CUSTOMERS_A_BATCH)
        .mapTo(UUID.class)
        .list();
  }

  private void advance(Handle handle, UUID customerId, Instant now) {
    if (!running.any(customerId)) {
      handle
          .createUpdate("delete from @.runway where customer_id = :c")
          .bind("c", customerId)
          .execute();
      return;
    }
    Instant periodEnd = customers.get(customerId).calendar().periodAt(now).to();
    Instant depletesAt = depletesAt(customerId, now).orElse(null);
    Instant warnAt = depletesAt == null ? null : depletesAt.minus(AHEAD);
    boolean soon = depletesAt != null && warnAt != null && !warnAt.isAfter(now);
    boolean warned =
        handle
            .createQuery("select warned from @.runway where customer_id = :c")
            .bind("c", customerId)
            .mapTo(Boolean.class)
            .one();
    if (soon && !warned && depletesAt != null) {
      events.append(new CreditEnding(customerId, wallets.of(customerId).available(), depletesAt));
    }
    Instant next = soon || warnAt == null || warnAt.isAfter(periodEnd) ? periodEnd : warnAt;
    handle
        .createUpdate(
            "update @.runway set next_at = :next, depletes_at = cast(:depletes as timestamptz),"
                + " warned = :warned where customer_id = :c")
        .bind("next", at(next))
        .bind("depletes", depletesAt == null ? null : at(depletesAt))
        .bind("warned", soon)
        .bind("c", customerId)
        .execute();
  }

  /**
   * When what is in the wallet will have been used up by what runs.
   *
   * @return empty when that is not in sight, when a card pays, and when nothing was in the wallet
   */
  public Optional<Instant> depletesAt(UUID customerId) {
    return depletesAt(customerId, clock.instant());
  }

  private Optional<Instant> depletesAt(UUID customerId, Instant now) {
    boolean cardPays = methods.list(customerId).stream().anyMatch(method -> method.isUsableAt(now));
    boolean refilled =
        cardPays && rules.of(customerId).filter(rule -> rule.topUp() != null).isPresent();
    Instant prepaid = refilled ? null : subscriptions.forecast(customerId).depletesAt();
    Instant invoiced = cardPays ? null : invoicedDepletion(customerId, now);
    if (prepaid == null || invoiced == null) {
      return Optional.ofNullable(prepaid == null ? invoiced : prepaid);
    }
    return Optional.of(prepaid.isBefore(invoiced) ? prepaid : invoiced);
  }

  /** For services that are invoiced: when what was used exceeds what the wallet holds. */
  private @Nullable Instant invoicedDepletion(UUID customerId, Instant now) {
    Wallet wallet = wallets.of(customerId);
    if (!wallet.available().isPositive()) {
      return null;
    }
    Amount funds = wallet.available().minus(wallet.owed());
    if (used(customerId, funds.currency(), now).compareTo(funds) > 0) {
      return now;
    }
    Instant from = now;
    for (int i = 0; i < PERIODS_AHEAD; i++) {
      Instant end = customers.get(customerId).calendar().periodAt(from).to();
      if (used(customerId, funds.currency(), end.minusMillis(1)).compareTo(funds) > 0) {
        return between(customerId, funds, from, end);
      }
      from = end;
    }
    return null;
  }

  /** The first moment, to ten minutes, at which more is used than there is. */
  private Instant between(UUID customerId, Amount funds, Instant paid, Instant unpaid) {
    Instant low = paid;
    Instant high = unpaid;
    while (Duration.between(low, high).compareTo(FINE_ENOUGH) > 0) {
      Instant middle = low.plus(Duration.between(low, high).dividedBy(2));
      if (used(customerId, funds.currency(), middle).compareTo(funds) > 0) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return low;
  }

  private Amount used(UUID customerId, Currency currency, Instant through) {
    return running.unbilled(customerId, currency, through);
  }

  /**
   * How the wallet will go on over the next month, in ten steps, as far as services are concerned
   * that are invoiced; prepaid ones draw from it as they run.
   */
  public Outlook outlook(UUID customerId) {
    Instant now = clock.instant();
    Wallet wallet = wallets.of(customerId);
    Amount funds = wallet.available().minus(wallet.owed());
    Amount zero = Amount.zero(funds.currency());
    Instant depletesAt = depletesAt(customerId, now).orElse(null);
    Instant end = now.plus(Duration.ofDays(30));
    if (depletesAt != null && depletesAt.isAfter(now) && depletesAt.isBefore(end)) {
      end = depletesAt;
    }
    List<Outlook.Point> points = new ArrayList<>();
    for (int i = 0; i <= POINTS; i++) {
      Instant at = now.plus(Duration.between(now, end).multipliedBy(i).dividedBy(POINTS));
      Amount left = funds.minus(used(customerId, funds.currency(), at)).max(zero);
      points.add(new Outlook.Point(at, left));
    }
    return new Outlook(points, depletesAt);
  }

  private static OffsetDateTime at(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}

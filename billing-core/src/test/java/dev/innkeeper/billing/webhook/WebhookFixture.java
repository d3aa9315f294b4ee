package dev.innkeeper.billing.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.customer.Customers;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.db.Commands;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventDispatcher;
import dev.innkeeper.billing.event.EventHook;
import dev.innkeeper.billing.event.EventLog;
import dev.innkeeper.billing.event.EventType;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.testing.MutableClock;
import dev.innkeeper.billing.testing.TestDatabase;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** A database with events, and nodes that send them. */
final class WebhookFixture implements AutoCloseable {
  final MutableClock clock = MutableClock.at("2027-01-01T00:00:00Z");

  /** The receivers' time: it passes with the other, but a trial may move the other alone. */
  final MutableClock wall = MutableClock.at("2026-06-01T00:00:00Z");

  final Database db = TestDatabase.create();
  final ObjectMapper json = BillingJson.mapper();
  final Ids ids = new Ids(clock, new Random(1));
  final EventLog events = new EventLog(db, json, ids, clock);
  final Commands commands = new Commands(db, json, clock);
  final Customers customers = new Customers(db, commands, events, json, ids, clock);
  private final List<Webhooks> nodes = new ArrayList<>();

  @EventType("test.happened")
  record Happened(UUID customerId, int number) implements BillingEvent {}

  @EventType("other.happened")
  record OtherHappened(UUID customerId, int number) implements BillingEvent {}

  WebhookSettings settings() {
    return WebhookSettings.standard()
        .withTargets(WebhookTargets.ANYWHERE)
        .withTimeout(Duration.ofSeconds(10))
        .withWireClock(wall);
  }

  Webhooks node(WebhookSettings settings) {
    Webhooks node =
        new Webhooks(
            new Webhooks.Parts(db, commands, json, ids, clock, new SecureRandom()), settings);
    nodes.add(node);
    return node;
  }

  Webhooks node() {
    return node(settings());
  }

  UUID customer(String name) {
    return customers
        .register(NewCustomer.named(name, name + "@example.org", Currency.EUR), name)
        .id();
  }

  void happen(UUID customer, int... numbers) {
    List<BillingEvent> all = new ArrayList<>();
    for (int number : numbers) {
      all.add(new Happened(customer, number));
    }
    db.run(handle -> events.append(all));
  }

  void advance(Duration duration) {
    clock.advance(duration);
    wall.advance(duration);
  }

  EventDispatcher dispatcher(Webhooks node, EventHook... hooks) {
    return new EventDispatcher(db, json, List.of(hooks), node.relay());
  }

  void dispatch(EventDispatcher dispatcher) {
    for (int rounds = 0; dispatcher.runBatch(clock.instant()) > 0; rounds++) {
      assertThat(rounds).isLessThan(10_000);
    }
  }

  /** Everything that is due now, on this node, to its end. */
  void deliver(Webhooks node) {
    dispatch(dispatcher(node));
    WebhookDelivery delivery = node.delivery();
    for (int rounds = 0; delivery.runBatch(clock.instant()) > 0 || delivery.claimsOut() > 0; ) {
      assertThat(rounds++).isLessThan(10_000);
    }
  }

  @Override
  public void close() {
    nodes.forEach(Webhooks::close);
  }
}

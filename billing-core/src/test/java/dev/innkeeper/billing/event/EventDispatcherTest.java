package dev.innkeeper.billing.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.customer.Customers;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.db.Commands;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.testing.MutableClock;
import dev.innkeeper.billing.testing.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class EventDispatcherTest {
  private final MutableClock clock = MutableClock.at("2027-01-01T00:00:00Z");
  private final Database db = TestDatabase.create();
  private final ObjectMapper json = BillingJson.mapper();
  private final Ids ids = new Ids(clock, new Random(1));
  private final EventLog events = new EventLog(db, json, ids, clock);
  private final Customers customers =
      new Customers(db, new Commands(db, json, clock), events, json, ids, clock);

  @EventType("test.happened")
  record Happened(UUID customerId, int number) implements BillingEvent {}

  private UUID customer(String name) {
    return customers
        .register(NewCustomer.named(name, name + "@example.org", Currency.EUR), name)
        .id();
  }

  private EventDispatcher dispatcher(EventHook... hooks) {
    return new EventDispatcher(db, json, List.of(hooks));
  }

  private void drain(EventDispatcher dispatcher) {
    int rounds = 0;
    while (dispatcher.runBatch(clock.instant()) > 0) {
      assertThat(rounds++).isLessThan(10_000);
    }
  }

  @Test
  void anEventOfARolledBackChangeNeverHappened() {
    UUID ada = customer("ada");
    assertThatThrownBy(
            () ->
                db.run(
                    handle -> {
                      events.append(new Happened(ada, 1));
                      throw new IllegalStateException("change of mind");
                    }))
        .hasMessage("change of mind");
    assertThat(events.of(ada, 0, 10)).hasSize(1); // the registration
    assertThatThrownBy(() -> events.append(new Happened(ada, 1)))
        .hasMessageContaining("in the transaction");
  }

  @Test
  void aFailingHookHoldsUpItsCustomerOnlyAndIsAloneTriedAgain() {
    UUID ada = customer("ada");
    UUID bob = customer("bob");
    db.run(
        h ->
            events.append(
                List.of(new Happened(ada, 1), new Happened(ada, 2), new Happened(bob, 3))));
    List<Integer> steady = new ArrayList<>();
    List<Integer> moody = new ArrayList<>();
    boolean[] broken = {true};
    EventDispatcher dispatcher =
        dispatcher(
            EventHook.on("steady", Happened.class, e -> steady.add(e.number())),
            EventHook.on(
                "moody",
                Happened.class,
                e -> {
                  if (broken[0] && e.number() == 1) {
                    throw new IllegalStateException("not today");
                  }
                  moody.add(e.number());
                }));
    drain(dispatcher);
    assertThat(steady).containsExactlyInAnyOrder(1, 3);
    assertThat(moody).containsExactly(3);
    broken[0] = false;
    drain(dispatcher);
    assertThat(moody).as("before its pause is over").containsExactly(3);
    clock.advance(Duration.ofSeconds(6));
    drain(dispatcher);
    assertThat(steady).containsExactlyInAnyOrder(1, 3, 2);
    assertThat(moody).containsExactly(3, 1, 2);
  }

  @Test
  void whatNeverWorksIsParkedVisibleAndOutOfTheWayUntilReplayed() {
    UUID ada = customer("ada");
    db.run(h -> events.append(List.of(new Happened(ada, 1), new Happened(ada, 2))));
    List<Integer> seen = new ArrayList<>();
    boolean[] broken = {true};
    EventDispatcher dispatcher =
        dispatcher(
            EventHook.on(
                "moody",
                Happened.class,
                e -> {
                  if (broken[0] && e.number() == 1) {
                    throw new IllegalStateException("never");
                  }
                  seen.add(e.number());
                }));
    for (int i = 0; i < EventDispatcher.ATTEMPTS_MAX; i++) {
      assertThat(seen).isEmpty();
      drain(dispatcher);
      clock.advance(Duration.ofHours(7));
    }
    assertThat(seen).containsExactly(2);
    assertThat(events.parked(10))
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.hooks()).containsExactly("moody");
              assertThat(p.lastError()).contains("never");
            });
    broken[0] = false;
    StoredEvent parked = events.parked(10).get(0).event();
    events.replay(ada, parked.seq());
    drain(dispatcher);
    assertThat(seen).containsExactly(2, 1);
    assertThat(events.parked(10)).isEmpty();
    assertThat(events.replayParked()).isZero();
  }

  @Test
  void aNodeThatDiesWithAClaimLeavesTheEventsToTheOthers() {
    UUID ada = customer("ada");
    List<Long> seen = new ArrayList<>();
    EventDispatcher dying =
        dispatcher(
            EventHook.onEvery(
                "dying",
                e -> {
                  throw new StackOverflowError("as good as dead");
                }));
    assertThatThrownBy(() -> dying.runBatch(clock.instant()))
        .isInstanceOf(StackOverflowError.class);
    EventDispatcher other = dispatcher(EventHook.onEvery("other", e -> seen.add(e.seq())));
    assertThat(other.runBatch(clock.instant())).as("leased").isZero();
    clock.advance(Duration.ofSeconds(61));
    drain(other);
    assertThat(seen).containsExactly(1L);
    assertThat(events.of(ada, 0, 10)).hasSize(1);
  }

  @Test
  void severalNodesDeliverEveryCustomersEventsInOrder() throws Exception {
    int customerCount = 12;
    int eventsEach = 80;
    List<UUID> owners = new ArrayList<>();
    for (int i = 0; i < customerCount; i++) {
      owners.add(customer("c" + i));
    }
    Map<UUID, List<Long>> seen = new ConcurrentHashMap<>();
    EventHook record =
        EventHook.onEvery(
            "record",
            e ->
                seen.computeIfAbsent(
                        e.customerId(), k -> Collections.synchronizedList(new ArrayList<>()))
                    .add(e.seq()));
    ExecutorService nodes = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Void>> work = new ArrayList<>();
      work.add(
          () -> {
            for (int n = 1; n < eventsEach; n++) {
              int number = n;
              db.run(
                  h -> events.append(owners.stream().map(o -> new Happened(o, number)).toList()));
            }
            return null;
          });
      for (int node = 0; node < 3; node++) {
        EventDispatcher dispatcher = dispatcher(record);
        work.add(
            () -> {
              for (int i = 0; i < 60; i++) {
                dispatcher.runBatch(clock.instant());
              }
              return null;
            });
      }
      for (var done : nodes.invokeAll(work)) {
        done.get();
      }
    } finally {
      nodes.shutdown();
    }
    drain(dispatcher(record));
    List<Long> inOrder = LongStream.rangeClosed(1, eventsEach).boxed().toList();
    assertThat(seen).hasSize(customerCount).allSatisfy((o, s) -> assertThat(s).isEqualTo(inOrder));
  }
}

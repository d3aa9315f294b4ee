package dev.innkeeper.billing.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.event.EventDispatcher;
import dev.innkeeper.billing.webhook.Receiver.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;

class WebhookOrderTest {
  private static final int CUSTOMERS = 4;
  private static final int STEPS = 25;

  /** First deliveries that were taken, by customer. */
  private final Map<String, List<Long>> taken = new ConcurrentHashMap<>();

  @Property(tries = 4, seed = "20270101", shrinking = ShrinkingMode.OFF)
  void everyEventIsTakenAndEachCustomersInOrderWhateverFailsOnAnyNode(@ForAll long seed)
      throws InterruptedException {
    run(seed);
  }

  @Tag("long")
  @Property(tries = 200, shrinking = ShrinkingMode.OFF)
  void theSameManyTimes(@ForAll long seed) throws InterruptedException {
    run(seed);
  }

  private void run(long seed) throws InterruptedException {
    taken.clear();
    Random random = new Random(seed);
    try (WebhookFixture fixture = new WebhookFixture();
        Receiver receiver = new Receiver()) {
      WebhookSettings settings =
          fixture.settings().withAttemptsMax(50).withTimeout(Duration.ofSeconds(5));
      List<Webhooks> nodes = List.of(fixture.node(settings), fixture.node(settings));
      receiver.script(got -> answer(got, random.nextInt(100)));
      nodes.get(0).create(NewWebhookEndpoint.of(receiver.url()), "key");
      List<UUID> customers = new ArrayList<>();
      for (int i = 0; i < CUSTOMERS; i++) {
        customers.add(fixture.customer("c" + i));
      }
      int[] counts = new int[CUSTOMERS];
      for (int step = 0; step < STEPS; step++) {
        int customer = random.nextInt(CUSTOMERS);
        int events = random.nextInt(4);
        for (int i = 0; i < events; i++) {
          fixture.happen(customers.get(customer), ++counts[customer]);
        }
        runBoth(fixture, nodes);
        fixture.advance(Duration.ofSeconds(random.nextInt(120)));
      }
      receiver.script(got -> answer(got, 99));
      for (int i = 0; i < 3; i++) {
        fixture.advance(Duration.ofHours(12));
        runBoth(fixture, nodes);
        // Each to its end: what one has claimed and not sent yet is nothing the other can do.
        nodes.forEach(fixture::deliver);
      }
      for (int i = 0; i < CUSTOMERS; i++) {
        List<Long> all = LongStream.rangeClosed(1, counts[i] + 1).boxed().toList();
        List<Long> first =
            List.copyOf(
                new LinkedHashSet<>(taken.getOrDefault(customers.get(i).toString(), List.of())));
        assertThat(first).as("customer %s, seed %s", i, seed).isEqualTo(all);
      }
    }
  }

  private Reply answer(Receiver.Received got, int dice) {
    if (dice < 15) {
      return Reply.status(500);
    }
    if (dice < 25) {
      return Reply.dropped();
    }
    taken
        .computeIfAbsent(got.customer(), k -> Collections.synchronizedList(new ArrayList<>()))
        .add(got.sequence());
    // Taken, though the sender hears nothing of it.
    return dice < 32 ? Reply.dropped() : Reply.status(200);
  }

  private static void runBoth(WebhookFixture fixture, List<Webhooks> nodes)
      throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    for (Webhooks node : nodes) {
      EventDispatcher dispatcher = fixture.dispatcher(node);
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < 3; i++) {
                  int unused1 = dispatcher.runBatch(fixture.clock.instant());
                  int unused2 = node.delivery().runBatch(fixture.clock.instant());
                }
              });
      thread.setUncaughtExceptionHandler((t, failure) -> failures.add(failure));
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failures).isEmpty();
  }
}

package dev.innkeeper.billing.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.event.EventDispatcher;
import dev.innkeeper.billing.event.EventHook;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.problem.NotFound;
import dev.innkeeper.billing.webhook.Receiver.Received;
import dev.innkeeper.billing.webhook.Receiver.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WebhookTest {
  private final WebhookFixture fixture = new WebhookFixture();
  private final Receiver receiver = new Receiver();

  @AfterEach
  void stop() {
    receiver.close();
    fixture.close();
  }

  private CreatedWebhook everything(Webhooks node) {
    return node.create(NewWebhookEndpoint.of(receiver.url()), "key");
  }

  private List<Long> sequences(UUID customer) {
    return receiver.received().stream()
        .filter(got -> got.customer().equals(customer.toString()))
        .map(Received::sequence)
        .toList();
  }

  @Test
  void everyWebhookIsSigned() {
    Webhooks node = fixture.node();
    CreatedWebhook created = everything(node);
    UUID ada = fixture.customer("ada");
    UUID bob = fixture.customer("bob");
    fixture.happen(ada, 1, 2, 3);
    fixture.happen(bob, 4);
    fixture.deliver(node);
    assertThat(sequences(ada)).containsExactly(1L, 2L, 3L, 4L);
    assertThat(sequences(bob)).containsExactly(1L, 2L);
    String secret = Objects.requireNonNull(created.secret());
    assertThat(receiver.received())
        .allSatisfy(
            got -> {
              assertThat(got.signedWith(secret)).isEqualTo(1);
              assertThat(got.timestamp()).isEqualTo(fixture.wall.instant().getEpochSecond());
            });
    Received last = receiver.received().stream().filter(g -> g.sequence() == 4).findAny().get();
    assertThat(last.type()).isEqualTo("test.happened");
    assertThat(last.json().path("timestamp").asText()).isEqualTo("2027-01-01T00:00:00Z");
    assertThat(last.json().path("data").path("number").asInt()).isEqualTo(3);
    assertThat(last.id()).isEqualTo(fixture.events.of(ada, 3, 1).get(0).id().toString());
    fixture.deliver(node);
    assertThat(receiver.received()).as("nothing twice").hasSize(6);
  }

  @Test
  void anEndpointGetsItsTypesFromTheTimeItIsMade() {
    Webhooks node = fixture.node();
    UUID ada = fixture.customer("ada");
    fixture.happen(ada, 1);
    fixture.advance(Duration.ofSeconds(1));
    node.create(
        NewWebhookEndpoint.of(receiver.url()).withEventTypes(List.of("test.*", "no.such")), "key");
    fixture.happen(ada, 2);
    fixture.db.run(h -> fixture.events.append(new WebhookFixture.OtherHappened(ada, 3)));
    fixture.happen(ada, 4);
    fixture.deliver(node);
    assertThat(sequences(ada)).containsExactly(3L, 5L);
  }

  @Test
  void widenedTypesBringNothingOfThePast() {
    Webhooks node = fixture.node();
    NewWebhookEndpoint wanted =
        NewWebhookEndpoint.of(receiver.url()).withEventTypes(List.of("test.happened"));
    UUID id = node.create(wanted, "key").endpoint().id();
    UUID ada = fixture.customer("ada");
    fixture.db.run(h -> fixture.events.append(new WebhookFixture.OtherHappened(ada, 1)));
    fixture.happen(ada, 2);
    fixture.db.run(h -> fixture.events.append(new WebhookFixture.OtherHappened(ada, 3)));
    fixture.deliver(node);
    node.update(id, wanted.withEventTypes(List.of()));
    fixture.happen(ada, 4);
    fixture.deliver(node);
    assertThat(sequences(ada)).containsExactly(3L, 5L);
  }

  @Test
  void aFailingEventHoldsBackItsCustomerAlone() {
    Webhooks node = fixture.node();
    UUID endpoint = everything(node).endpoint().id();
    UUID ada = fixture.customer("ada");
    UUID bob = fixture.customer("bob");
    fixture.happen(ada, 1, 2);
    fixture.happen(bob, 1, 2);
    AtomicInteger failuresLeft = new AtomicInteger(3);
    receiver.script(
        got ->
            got.customer().equals(ada.toString())
                    && got.sequence() == 2
                    && failuresLeft.getAndDecrement() > 0
                ? Reply.status(500)
                : Reply.status(204).withBody(0));
    for (int i = 0; i < 4; i++) {
      fixture.deliver(node);
      assertThat(sequences(bob)).containsExactly(1L, 2L, 3L);
      fixture.advance(Duration.ofMinutes(10));
    }
    assertThat(sequences(ada)).containsExactly(1L, 2L, 2L, 2L, 2L, 3L);
    assertThat(
            receiver.received().stream()
                .filter(g -> g.sequence() == 2 && g.customer().equals(ada.toString()))
                .map(Received::id)
                .distinct())
        .as("one id, however often")
        .hasSize(1);
    assertThat(node.attempts(endpoint, null, 100))
        .filteredOn(a -> Long.valueOf(2).equals(a.seq()) && ada.equals(a.customerId()))
        .extracting(WebhookAttempt::number)
        .containsExactly(4, 3, 2, 1);
    assertThat(node.attempts(endpoint, null, 100))
        .filteredOn(a -> !a.delivered())
        .hasSize(3)
        .allSatisfy(a -> assertThat(a.error()).isEqualTo("answered 500"));
  }

  private WebhookAttempt failure(WebhookSettings settings, String url) {
    Webhooks node = fixture.node(settings);
    UUID endpoint = node.create(NewWebhookEndpoint.of(url), "key").endpoint().id();
    fixture.customer("ada");
    fixture.deliver(node);
    assertThat(node.status(endpoint).customersWaiting()).as("it waits").isEqualTo(1);
    WebhookAttempt last = Objects.requireNonNull(node.status(endpoint).last());
    assertThat(last.delivered()).isFalse();
    return last;
  }

  @Test
  void redirectsAreNotFollowed() {
    try (Receiver elsewhere = new Receiver()) {
      receiver.script(got -> Reply.status(301).withHeader("Location", elsewhere.url()));
      assertThat(failure(fixture.settings(), receiver.url()).error())
          .isEqualTo("answered 301; redirects are not followed");
      assertThat(elsewhere.received()).isEmpty();
    }
  }

  @Test
  void aReceiverThatHangsIsCutOff() throws InterruptedException {
    CountDownLatch over = new CountDownLatch(1);
    receiver.script(
        got -> {
          over.await();
          return Reply.status(200);
        });
    WebhookAttempt attempt =
        failure(fixture.settings().withTimeout(Duration.ofMillis(300)), receiver.url());
    assertThat(attempt.error()).contains("no answer in");
    assertThat(attempt.statusCode()).isNull();
    assertThat(attempt.durationMillis()).isBetween(290, 5_000);
    over.countDown();
  }

  @Test
  void aConnectionThatBreaksIsAFailure() {
    receiver.script(got -> Reply.dropped());
    assertThat(failure(fixture.settings(), receiver.url()).error()).isNotEmpty();
  }

  @Test
  void nobodyListeningIsAFailure() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    assertThat(failure(fixture.settings(), "http://127.0.0.1:" + port + "/").error())
        .contains("can't connect");
  }

  @Test
  void whoDoesNotSpeakTlsIsAFailure() {
    String url = receiver.url().replace("http:", "https:");
    WebhookSettings impatient = fixture.settings().withTimeout(Duration.ofMillis(300));
    assertThat(failure(impatient, url).error()).isNotEmpty();
    assertThat(receiver.received()).isEmpty();
  }

  @Test
  void anAnswerOf100MegabytesIsCutOffAfterItsStart() {
    receiver.script(got -> Reply.status(500).withBody(100 << 20));
    WebhookAttempt attempt = failure(fixture.settings(), receiver.url());
    assertThat(attempt.error()).isEqualTo("answered 500");
    assertThat(attempt.response()).isEqualTo("x".repeat(1024));
  }

  @Test
  void whoAnswersGoneIsDisabledAndMissesNothing() {
    Webhooks node = fixture.node();
    UUID endpoint = everything(node).endpoint().id();
    UUID ada = fixture.customer("ada");
    receiver.script(got -> Reply.status(410));
    fixture.deliver(node);
    assertThat(node.get(endpoint).isEnabled()).isFalse();
    assertThat(node.get(endpoint).disabledReason()).contains("410");
    fixture.happen(ada, 1, 2);
    fixture.advance(Duration.ofDays(7));
    fixture.deliver(node);
    assertThat(receiver.received()).hasSize(1);
    receiver.script(got -> Reply.status(200));
    node.enable(endpoint);
    fixture.deliver(node);
    assertThat(sequences(ada)).containsExactly(1L, 1L, 2L, 3L);
    assertThat(node.status(endpoint).customersWaiting()).isZero();
  }

  @Test
  void whatIsNeverTakenIsParkedVisibleAndOutOfTheWay() {
    Webhooks node = fixture.node(fixture.settings().withAttemptsMax(3));
    UUID endpoint = everything(node).endpoint().id();
    UUID ada = fixture.customer("ada");
    fixture.happen(ada, 1, 2);
    receiver.script(got -> Reply.status(got.sequence() == 3 ? 200 : 503));
    for (int i = 0; i < 6; i++) {
      fixture.deliver(node);
      fixture.advance(Duration.ofHours(12));
    }
    assertThat(sequences(ada)).containsExactly(1L, 1L, 1L, 2L, 2L, 2L, 3L);
    assertThat(node.parked(endpoint, 10))
        .extracting(ParkedWebhook::seq)
        .containsExactlyInAnyOrder(1L, 2L);
    assertThat(node.parked(endpoint, 10))
        .allSatisfy(
            p -> {
              assertThat(p.attempts()).isEqualTo(3);
              assertThat(p.lastError()).isEqualTo("answered 503");
            });
    assertThat(node.status(endpoint).parked()).isEqualTo(2);

    // Asked for again while it still fails, it is parked again; and in order once it does not.
    node.replay(endpoint, ada, 2);
    for (int i = 0; i < 4; i++) {
      fixture.deliver(node);
      fixture.advance(Duration.ofHours(12));
    }
    assertThat(sequences(ada)).hasSize(10).endsWith(2L, 2L, 2L);
    assertThat(node.status(endpoint).parked()).isEqualTo(2);
    receiver.script(got -> Reply.status(200));
    assertThat(node.replayParked(endpoint)).isEqualTo(2);
    fixture.deliver(node);
    assertThat(sequences(ada)).hasSize(12).endsWith(1L, 2L);
    assertThat(node.status(endpoint).parked()).isZero();
  }

  @Test
  void aSpanOfTimeIsSentAgainInOrder() {
    Webhooks node = fixture.node();
    UUID endpoint = everything(node).endpoint().id();
    UUID ada = fixture.customer("ada");
    fixture.advance(Duration.ofHours(1));
    Instant from = fixture.clock.instant();
    fixture.happen(ada, 1, 2);
    fixture.advance(Duration.ofHours(1));
    Instant until = fixture.clock.instant();
    fixture.happen(ada, 3);
    fixture.deliver(node);
    assertThat(node.replayRange(endpoint, from, until)).isEqualTo(2);
    fixture.deliver(node);
    assertThat(sequences(ada)).containsExactly(1L, 2L, 3L, 4L, 2L, 3L);
    assertThatThrownBy(() -> node.replayRange(endpoint, until, from))
        .isInstanceOf(InvalidInput.class);
    assertThatThrownBy(() -> node.replay(endpoint, ada, 99)).isInstanceOf(NotFound.class);
    assertThatThrownBy(() -> node.replay(UUID.randomUUID(), ada, 1)).isInstanceOf(NotFound.class);
  }

  @Test
  void theOldSecretSignsUntilTheOverlapIsOver() {
    Webhooks node = fixture.node();
    CreatedWebhook created = everything(node);
    UUID endpoint = created.endpoint().id();
    String old = Objects.requireNonNull(created.secret());
    CreatedWebhook rotated = node.rotate(endpoint, Duration.ofDays(2), "rotate");
    String fresh = Objects.requireNonNull(rotated.secret());
    UUID ada = fixture.customer("ada");
    fixture.deliver(node);
    Received during = receiver.received().get(0);
    assertThat(during.signedWith(old)).isEqualTo(1);
    assertThat(during.signedWith(fresh)).isEqualTo(1);
    fixture.advance(Duration.ofDays(2));
    fixture.happen(ada, 1);
    fixture.deliver(node);
    Received after = receiver.received().get(1);
    assertThat(after.signedWith(old)).isZero();
    assertThat(after.signedWith(fresh)).isEqualTo(1);
    assertThat(node.rotate(endpoint, Duration.ofDays(2), "rotate").secret())
        .as("a repeat shows no secret")
        .isNull();
    node.rotate(endpoint, Duration.ofDays(2), "rotate 2");
    node.rotate(endpoint, Duration.ofDays(2), "rotate 3");
    assertThatThrownBy(() -> node.rotate(endpoint, Duration.ofDays(2), "rotate 4"))
        .isInstanceOf(NotAllowed.class);
  }

  @Test
  void aSecretIsShownOnceAndStoredNowhereElse() {
    Webhooks node = fixture.node();
    CreatedWebhook created = everything(node);
    assertThat(created.secret()).startsWith("whsec_");
    CreatedWebhook again = everything(node);
    assertThat(again.endpoint()).isEqualTo(created.endpoint());
    assertThat(again.secret()).isNull();
    assertThat(created.toString()).doesNotContain("whsec_");
    List<String> outcomes =
        fixture.db.tx(
            h -> h.createQuery("select c::text from @.command c").mapTo(String.class).list());
    assertThat(outcomes).isNotEmpty().noneMatch(outcome -> outcome.contains("whsec_"));
  }

  @Test
  void anEndpointThatHangsDoesNotSlowTheOthers() throws InterruptedException {
    CountDownLatch over = new CountDownLatch(1);
    try (Receiver hanging = new Receiver()) {
      hanging.script(
          got -> {
            over.await();
            return Reply.status(200);
          });
      Webhooks node = fixture.node(fixture.settings().withTimeout(Duration.ofMinutes(1)));
      node.create(NewWebhookEndpoint.of(hanging.url()), "hanging");
      everything(node);
      for (int i = 0; i < 40; i++) {
        fixture.happen(fixture.customer("c" + i), 1, 2);
      }
      fixture.dispatch(fixture.dispatcher(node));
      // Received is not yet written down: until then the last ones count as out.
      WebhookDelivery delivery = node.delivery();
      for (int i = 0;
          i < 100 && (receiver.received().size() < 120 || delivery.claimsOut() > 8);
          i++) {
        int unused = delivery.runBatch(fixture.clock.instant());
      }
      assertThat(receiver.received()).as("all of the healthy one's").hasSize(120);
      assertThat(delivery.claimsOut()).as("its own share, no more").isEqualTo(8);
      over.countDown();
    }
  }

  @Test
  void aNodeThatDiesBetweenSendingAndWritingDownSendsAgainUnderTheSameId()
      throws InterruptedException {
    Webhooks dying = fixture.node();
    everything(dying);
    UUID ada = fixture.customer("ada");
    fixture.happen(ada, 1);
    fixture.dispatch(fixture.dispatcher(dying));
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch dead = new CountDownLatch(1);
    receiver.script(
        got -> {
          arrived.countDown();
          dead.await();
          return Reply.status(200);
        });
    assertThat(dying.delivery().runBatch(fixture.clock.instant())).isEqualTo(1);
    assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
    dead.countDown();
    dying.close();
    receiver.script(got -> Reply.status(200));
    Webhooks other = fixture.node();
    fixture.deliver(other);
    int before = receiver.received().size();
    assertThat(before).as("leased").isLessThanOrEqualTo(2);
    fixture.wall.advance(Duration.ofMinutes(2));
    fixture.deliver(other);
    assertThat(sequences(ada)).hasSizeGreaterThan(before).startsWith(1L).endsWith(1L, 2L);
    assertThat(
            receiver.received().stream()
                .filter(got -> got.sequence() == 1)
                .map(Received::id)
                .distinct())
        .hasSize(1);
  }

  @Test
  void aHookThatFailsHoldsNoWebhookBack() {
    Webhooks node = fixture.node();
    everything(node);
    UUID ada = fixture.customer("ada");
    EventDispatcher broken =
        fixture.dispatcher(
            node,
            EventHook.onEvery(
                "broken",
                e -> {
                  throw new IllegalStateException("never");
                }));
    fixture.dispatch(broken);
    fixture.happen(ada, 1, 2);
    fixture.dispatch(broken);
    fixture.happen(ada, 3);
    fixture.dispatch(broken);
    int unused = node.delivery().runBatch(fixture.clock.instant());
    while (node.delivery().runBatch(fixture.clock.instant()) > 0) {
      // To its end.
    }
    assertThat(sequences(ada)).containsExactly(1L, 2L, 3L, 4L);
  }

  @Test
  void disablingOrRemovingAWebhookBreaksNoFlow() {
    Webhooks node = fixture.node();
    UUID endpoint = everything(node).endpoint().id();
    UUID ada = fixture.customer("ada");
    fixture.deliver(node);
    assertThatThrownBy(() -> node.remove(endpoint))
        .isInstanceOf(NotAllowed.class)
        .hasMessageContaining("disable");
    node.disable(endpoint, "moving house");
    fixture.happen(ada, 1);
    fixture.deliver(node);
    assertThat(receiver.received()).hasSize(1);
    node.enable(endpoint);
    fixture.deliver(node);
    assertThat(sequences(ada)).containsExactly(1L, 2L);
    node.disable(endpoint, "for good");
    fixture.happen(ada, 2);
    fixture.deliver(node);
    node.remove(endpoint);
    UUID bob = fixture.customer("bob");
    fixture.happen(bob, 1);
    fixture.deliver(node);
    assertThat(fixture.events.parked(10)).isEmpty();
    assertThat(fixture.events.of(bob, 0, 10)).hasSize(2);
    assertThat(node.list()).isEmpty();
    assertThatThrownBy(() -> node.enable(endpoint)).isInstanceOf(NotFound.class);
    assertThat(receiver.received()).hasSize(2);
  }

  @Test
  void whatWaitsForAWeekCostsARowACustomerAndComesInOrder() {
    Webhooks node = fixture.node();
    everything(node);
    receiver.script(got -> Reply.status(503));
    UUID ada = fixture.customer("ada");
    UUID bob = fixture.customer("bob");
    for (int day = 0; day < 7; day++) {
      for (int i = 0; i < 60; i++) {
        fixture.happen(ada, i);
        fixture.happen(bob, i);
      }
      fixture.deliver(node);
      fixture.advance(Duration.ofHours(4));
    }
    assertThat(rows("webhook_cursor")).isEqualTo(2);
    assertThat(rows("webhook_replay")).isZero();
    assertThat(rows("webhook_attempt")).as("tries, not events").isLessThan(30);
    receiver.script(got -> Reply.status(200));
    int before = receiver.received().size();
    fixture.advance(Duration.ofHours(10));
    fixture.deliver(node);
    assertThat(receiver.received().size() - before).isEqualTo(2 * 421);
    List<Long> adas = sequences(ada);
    assertThat(adas.subList(adas.size() - 421, adas.size())).isSorted().doesNotHaveDuplicates();
  }

  private int rows(String table) {
    return fixture.db.tx(
        handle -> handle.createQuery("select count(*) from @." + table).mapTo(Integer.class).one());
  }

  @Test
  void aTestMessageIsSentAtOnceAndLogged() {
    Webhooks node = fixture.node();
    CreatedWebhook created = everything(node);
    WebhookAttempt attempt = node.ping(created.endpoint().id());
    assertThat(attempt.delivered()).isTrue();
    assertThat(attempt.statusCode()).isEqualTo(200);
    assertThat(receiver.received().get(0).type()).isEqualTo("webhook.test");
    assertThat(receiver.received().get(0).signedWith(Objects.requireNonNull(created.secret())))
        .isEqualTo(1);
    assertThat(node.attempts(created.endpoint().id(), null, 10)).containsExactly(attempt);
    assertThatThrownBy(() -> fixture.db.run(h -> node.ping(created.endpoint().id())))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void theLogIsKeptForItsTimeOnly() {
    Webhooks node = fixture.node(fixture.settings().withRetention(Duration.ofDays(3)));
    UUID endpoint = everything(node).endpoint().id();
    var first = node.ping(endpoint);
    fixture.advance(Duration.ofDays(2));
    var second = node.ping(endpoint);
    assertThat(node.attempts(endpoint, null, 10)).containsExactly(second, first);
    assertThat(node.attempts(endpoint, second.id(), 10)).containsExactly(first);
    fixture.advance(Duration.ofDays(2));
    assertThat(node.dueWork().get(1).runBatch(fixture.clock.instant())).isEqualTo(1);
    assertThat(node.attempts(endpoint, null, 10)).containsExactly(second);
  }

  @Test
  void aPrivateAddressIsRefusedUnlessAllowed() {
    Webhooks strict = fixture.node(fixture.settings().withTargets(WebhookTargets.PUBLIC));
    assertThatThrownBy(() -> strict.create(NewWebhookEndpoint.of(receiver.url()), "a"))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("https");
    assertThatThrownBy(() -> strict.create(NewWebhookEndpoint.of("https://169.254.169.254/"), "b"))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("not public");
    String byName = receiver.url().replace("http://127.0.0.1", "https://localhost");
    UUID endpoint = strict.create(NewWebhookEndpoint.of(byName), "c").endpoint().id();
    assertThat(strict.ping(endpoint).error()).contains("not public");
    assertThat(receiver.received()).isEmpty();
  }

  @Test
  void wrongInputIsRefusedWithWhatWouldBeRight() {
    Webhooks node = fixture.node();
    NewWebhookEndpoint good = NewWebhookEndpoint.of(receiver.url());
    for (String type : List.of("", "*", "Invoice.paid", "invoice.*.x", "a b")) {
      assertThatThrownBy(() -> node.create(good.withEventTypes(List.of(type)), "k"))
          .as(type)
          .isInstanceOf(InvalidInput.class)
          .hasMessageContaining("invoice.*");
    }
    assertThatThrownBy(() -> node.create(good.withDescription("x".repeat(201)), "k"))
        .isInstanceOf(InvalidInput.class);
    UUID endpoint = node.create(good, "k").endpoint().id();
    assertThatThrownBy(() -> node.disable(endpoint, " ")).isInstanceOf(InvalidInput.class);
    assertThatThrownBy(() -> node.rotate(endpoint, Duration.ofDays(31), "r"))
        .isInstanceOf(InvalidInput.class);
    for (int i = 1; i < Webhooks.ENDPOINTS_MAX; i++) {
      node.create(good, "k" + i);
    }
    assertThatThrownBy(() -> node.create(good, "one more")).isInstanceOf(NotAllowed.class);
  }

  @Test
  void aReceiverThatAsksForTimeGetsIt() {
    Webhooks node = fixture.node();
    everything(node);
    UUID ada = fixture.customer("ada");
    receiver.script(got -> Reply.status(429).withHeader("Retry-After", "600"));
    fixture.deliver(node);
    receiver.script(got -> Reply.status(200));
    fixture.advance(Duration.ofSeconds(599));
    fixture.deliver(node);
    assertThat(receiver.received()).hasSize(1);
    fixture.advance(Duration.ofSeconds(1));
    fixture.deliver(node);
    assertThat(sequences(ada)).containsExactly(1L, 1L);
  }
}

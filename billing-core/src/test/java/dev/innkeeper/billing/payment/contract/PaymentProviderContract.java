package dev.innkeeper.billing.payment.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.payment.spi.ChargeRequest;
import dev.innkeeper.billing.payment.spi.ChargeRequest.Presence;
import dev.innkeeper.billing.payment.spi.ChargeResult;
import dev.innkeeper.billing.payment.spi.DetachResult;
import dev.innkeeper.billing.payment.spi.MethodReference;
import dev.innkeeper.billing.payment.spi.OutgoingResult;
import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.payment.spi.PaymentProvider.Capability;
import dev.innkeeper.billing.payment.spi.ProviderMovement;
import dev.innkeeper.billing.payment.spi.ProviderNotice;
import dev.innkeeper.billing.payment.spi.RefundRequest;
import dev.innkeeper.billing.payment.spi.TransferRequest;
import dev.innkeeper.billing.payment.spi.WebhookResult;
import dev.innkeeper.billing.time.Interval;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every payment provider has to hold, whoever runs it. Extend it, give it your world, and the
 * tests are yours:
 *
 * <pre>{@code
 * class MyProviderTest extends PaymentProviderContract {
 *   @Override
 *   protected PaymentWorld newWorld() { return new MyWorld(); }
 * }
 * }</pre>
 */
public abstract class PaymentProviderContract {
  private static final Duration LONG_ENOUGH_FOR_ANY_REQUEST = Duration.ofMinutes(10);

  private PaymentWorld world;
  private PaymentProvider provider;
  private final UUID customer = UUID.randomUUID();

  /** A world of its own for each test. */
  protected abstract PaymentWorld newWorld() throws Exception;

  @BeforeEach
  void openWorld() throws Exception {
    world = newWorld();
    provider = world.open();
  }

  @AfterEach
  void closeWorld() {
    if (world != null) {
      world.close();
    }
  }

  // --- what it says of itself -------------------------------------------------------------------

  @Test
  void itsCodeCanNameAnAccount() {
    assertTrue(provider.code().matches("[a-z][a-z0-9-]{0,39}"), provider.code());
    assertEquals(provider.code(), world.open().code());
  }

  @Test
  void theLeastItChargesIsPositive() {
    assertTrue(provider.supports(world.currency()));
    assertTrue(provider.minimumCharge(world.currency()).isPositive());
    assertEquals(world.currency(), provider.minimumCharge(world.currency()).currency());
  }

  // --- charges ----------------------------------------------------------------------------------

  @Test
  void aChargeTakesTheAmountOnce() {
    ChargeRequest request = request(PaymentWorld.Card.GOOD);
    ChargeResult.Succeeded result = succeeded(charge(request));
    assertEquals(request.amount(), result.amount());
    assertEquals(1, world.chargesOf(request.attemptId()));
  }

  @Test
  void theSameAttemptAgainIsTheSameCharge() {
    ChargeRequest request = request(PaymentWorld.Card.GOOD);
    String reference = succeeded(charge(request)).reference();
    for (int i = 0; i < 3; i++) {
      assertEquals(reference, succeeded(charge(request)).reference());
    }
    provider = world.open();
    assertEquals(reference, succeeded(charge(request)).reference());
    assertEquals(1, world.chargesOf(request.attemptId()));
  }

  @Test
  void anotherAmountUnderTheSameAttemptTakesNothingMore() {
    ChargeRequest request = request(PaymentWorld.Card.GOOD);
    succeeded(charge(request));
    Amount balance = world.houseBalance();
    ChargeRequest other =
        new ChargeRequest(
            request.attemptId(),
            request.customerId(),
            request.method(),
            request.amount().plus(request.amount()),
            request.description(),
            request.presence(),
            null,
            request.firstCalledAt());
    try {
      ChargeResult result = charge(other);
      assertFalse(
          result instanceof ChargeResult.Succeeded s && s.amount().equals(other.amount()),
          "the second amount must not count as taken");
    } catch (RuntimeException expected) {
      // An exception counts as unknown.
    }
    assertEquals(1, world.chargesOf(request.attemptId()));
    assertEquals(balance, world.houseBalance());
  }

  @Test
  void theJournalHearsTheReferenceBeforeMoneyMoves() {
    ChargeRequest request = request(PaymentWorld.Card.GOOD);
    List<String> heard = new ArrayList<>();
    ChargeResult result =
        provider.charge(
            request,
            reference -> {
              heard.add(reference);
              assertEquals(0, world.chargesOf(request.attemptId()), "too late");
            });
    assertTrue(heard.contains(succeeded(result).reference()));
  }

  @Test
  void aJournalThatFailsKeepsMoneyFromMoving() {
    ChargeRequest request = request(PaymentWorld.Card.GOOD);
    try {
      ChargeResult result =
          provider.charge(
              request,
              reference -> {
                throw new IllegalStateException("the disk is full");
              });
      assertFalse(result instanceof ChargeResult.Succeeded);
    } catch (IllegalStateException expected) {
      // An exception counts as unknown.
    }
    assertEquals(0, world.chargesOf(request.attemptId()));
  }

  @Test
  void aDeclinedChargeTakesNothing() {
    ChargeRequest request = request(PaymentWorld.Card.DECLINED);
    ChargeResult.Declined declined = assertInstanceOf(ChargeResult.Declined.class, charge(request));
    assertEquals(ChargeResult.DeclineKind.SOFT, declined.kind());
    assertFalse(declined.message().isBlank());
    assertEquals(0, world.chargesOf(request.attemptId()));
  }

  @Test
  void aStolenCardIsDeclinedForGood() {
    ChargeResult.Declined declined =
        assertInstanceOf(ChargeResult.Declined.class, charge(request(PaymentWorld.Card.STOLEN)));
    assertEquals(ChargeResult.DeclineKind.HARD, declined.kind());
  }

  @Test
  void aLostAnswerIsUnknownAndLookedUp() {
    ChargeRequest request = request(PaymentWorld.Card.GOOD);
    world.loseNextAnswer();
    ChargeResult result = chargeOrUnknown(request);
    assertFalse(result instanceof ChargeResult.Declined, "nobody declined");
    world.advance(LONG_ENOUGH_FOR_ANY_REQUEST);
    assertTaken(request);
  }

  @Test
  void aLostRequestIsUnknownAndCanBeRepeated() {
    ChargeRequest request = request(PaymentWorld.Card.GOOD);
    world.loseNextRequest();
    ChargeResult result = chargeOrUnknown(request);
    assertInstanceOf(ChargeResult.Unknown.class, result);
    world.advance(LONG_ENOUGH_FOR_ANY_REQUEST);
    assertTaken(request);
  }

  /** As the engine goes about it: look up, ask again while nothing has happened. */
  private void assertTaken(ChargeRequest request) {
    ChargeResult result = provider.lookUp(request);
    for (int i = 0; i < 5 && !(result instanceof ChargeResult.Succeeded); i++) {
      result =
          result instanceof ChargeResult.Absent
              ? chargeOrUnknown(request)
              : provider.lookUp(request);
    }
    assertInstanceOf(ChargeResult.Succeeded.class, result);
    assertEquals(1, world.chargesOf(request.attemptId()));
  }

  @Test
  void whatNobodyAskedForIsAbsent() {
    ChargeRequest request = request(PaymentWorld.Card.GOOD);
    world.advance(LONG_ENOUGH_FOR_ANY_REQUEST);
    assertInstanceOf(ChargeResult.Absent.class, provider.lookUp(request));
    assertEquals(0, world.chargesOf(request.attemptId()));
  }

  @Test
  void lookingUpTakesNothing() {
    ChargeRequest request = request(PaymentWorld.Card.ASKS);
    charge(request);
    for (int i = 0; i < 3; i++) {
      provider.lookUp(request);
    }
    assertEquals(0, world.chargesOf(request.attemptId()));
  }

  @Test
  void parallelCallsForOneAttemptTakeOnce() throws Exception {
    ChargeRequest request = request(PaymentWorld.Card.GOOD);
    CountDownLatch start = new CountDownLatch(1);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<ChargeResult>> results = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        results.add(
            threads.submit(
                () -> {
                  start.await();
                  return chargeOrUnknown(request);
                }));
      }
      start.countDown();
      for (Future<ChargeResult> result : results) {
        assertFalse(result.get(60, TimeUnit.SECONDS) instanceof ChargeResult.Declined);
      }
    } finally {
      threads.shutdownNow();
    }
    world.advance(LONG_ENOUGH_FOR_ANY_REQUEST);
    assertTaken(request);
  }

  // --- the bank's question ----------------------------------------------------------------------

  @Test
  void theBanksQuestionHasAnAddressAndApprovalTakesTheMoney() {
    ChargeRequest request = request(PaymentWorld.Card.ASKS);
    ChargeResult.ActionRequired question = asked(request);
    assertFalse(question.actionUrl().isBlank());
    assertEquals(0, world.chargesOf(request.attemptId()));
    world.answerBank(question.reference(), PaymentWorld.Answer.APPROVED);
    assertEquals(request.amount(), succeeded(provider.lookUp(request)).amount());
    assertEquals(1, world.chargesOf(request.attemptId()));
  }

  @Test
  void aRejectedQuestionIsADecline() {
    ChargeRequest request = request(PaymentWorld.Card.ASKS);
    world.answerBank(asked(request).reference(), PaymentWorld.Answer.REJECTED);
    assertInstanceOf(ChargeResult.Declined.class, provider.lookUp(request));
    assertEquals(0, world.chargesOf(request.attemptId()));
  }

  @Test
  void aCancelledChargeTakesNothing() {
    assumeTrue(provider.capabilities().contains(Capability.CANCEL));
    ChargeRequest request = request(PaymentWorld.Card.ASKS);
    asked(request);
    assertInstanceOf(ChargeResult.Declined.class, provider.cancel(request));
    assertInstanceOf(ChargeResult.Declined.class, provider.lookUp(request));
    assertEquals(0, world.chargesOf(request.attemptId()));
  }

  @Test
  void cancellingWhatHasSucceededSaysSo() {
    assumeTrue(provider.capabilities().contains(Capability.CANCEL));
    ChargeRequest request = request(PaymentWorld.Card.ASKS);
    world.answerBank(asked(request).reference(), PaymentWorld.Answer.APPROVED);
    succeeded(provider.cancel(request));
    assertEquals(1, world.chargesOf(request.attemptId()));
  }

  @Test
  void aMethodThatIsLetGoIsNotChargedAnyMore() {
    assumeTrue(provider.capabilities().contains(Capability.DETACH));
    ChargeRequest request = request(PaymentWorld.Card.GOOD);
    for (int i = 0; i < 2; i++) {
      assertInstanceOf(DetachResult.Detached.class, provider.detachMethod(request.method()));
    }
    assertInstanceOf(ChargeResult.Declined.class, charge(request));
    assertEquals(0, world.chargesOf(request.attemptId()));
  }

  // --- money on its way out ---------------------------------------------------------------------

  @Test
  void aRefundIsSentOnceAndNeverMoreThanIsLeft() {
    assumeTrue(provider.capabilities().contains(Capability.REFUND));
    ChargeRequest request = request(PaymentWorld.Card.GOOD);
    String charge = succeeded(charge(request)).reference();
    Amount before = world.houseBalance();
    Amount part = minor(request.amount().minorUnits() - 100);
    RefundRequest refund = new RefundRequest(UUID.randomUUID(), charge, part, world.now());
    String reference = sent(provider.refund(refund));
    assertEquals(reference, sent(provider.refund(refund)));
    assertEquals(reference, sent(provider.lookUpRefund(refund)));
    assertEquals(before.minus(part), world.houseBalance());
    RefundRequest tooMuch = new RefundRequest(UUID.randomUUID(), charge, part, world.now());
    assertInstanceOf(OutgoingResult.Refused.class, provider.refund(tooMuch));
    assertEquals(before.minus(part), world.houseBalance());
    RefundRequest rest = new RefundRequest(UUID.randomUUID(), charge, minor(100), world.now());
    sent(provider.refund(rest));
    assertEquals(before.minus(request.amount()), world.houseBalance());
  }

  @Test
  void aRefundNobodyAskedForIsAbsent() {
    assumeTrue(provider.capabilities().contains(Capability.REFUND));
    String charge = succeeded(charge(request(PaymentWorld.Card.GOOD))).reference();
    RefundRequest refund = new RefundRequest(UUID.randomUUID(), charge, minor(100), world.now());
    world.advance(LONG_ENOUGH_FOR_ANY_REQUEST);
    assertInstanceOf(OutgoingResult.Absent.class, provider.lookUpRefund(refund));
  }

  @Test
  void aTransferIsSentOnce() {
    assumeTrue(provider.capabilities().contains(Capability.TRANSFER));
    String charge = succeeded(charge(request(PaymentWorld.Card.GOOD))).reference();
    Amount before = world.houseBalance();
    TransferRequest transfer =
        new TransferRequest(
            UUID.randomUUID(), world.destination(), minor(500), charge, world.now());
    String reference = sent(provider.transfer(transfer));
    assertEquals(reference, sent(provider.transfer(transfer)));
    assertEquals(reference, sent(provider.lookUpTransfer(transfer)));
    assertEquals(before.minus(minor(500)), world.houseBalance());
    world.advance(LONG_ENOUGH_FOR_ANY_REQUEST);
    TransferRequest never =
        new TransferRequest(
            UUID.randomUUID(),
            world.destination(),
            minor(500),
            charge,
            world.now().minus(LONG_ENOUGH_FOR_ANY_REQUEST));
    assertInstanceOf(OutgoingResult.Absent.class, provider.lookUpTransfer(never));
  }

  // --- webhooks ---------------------------------------------------------------------------------

  @Test
  void aWebhookTellsOfTheChargeAndARepeatHasTheSameId() {
    ChargeRequest request = request(PaymentWorld.Card.GOOD);
    succeeded(charge(request));
    List<ProviderNotice.ChargeChanged> first = chargesIn(webhooks());
    ProviderNotice.ChargeChanged notice =
        first.stream()
            .filter(n -> n.attemptId().equals(request.attemptId()))
            .filter(n -> n.result() instanceof ChargeResult.Succeeded)
            .findFirst()
            .orElseThrow();
    assertEquals(request.amount(), succeeded(notice.result()).amount());
    List<String> firstIds = new ArrayList<>();
    List<String> secondIds = new ArrayList<>();
    for (PaymentWorld.Webhook webhook : seen) {
      accepted(webhook).notices().forEach(n -> firstIds.add(n.noticeId()));
      accepted(webhook).notices().forEach(n -> secondIds.add(n.noticeId()));
    }
    assertEquals(firstIds, secondIds);
  }

  @Test
  void aForgedWebhookIsRefused() {
    succeeded(charge(request(PaymentWorld.Card.GOOD)));
    for (PaymentWorld.Webhook webhook : webhooks()) {
      byte[] changed = webhook.body().clone();
      changed[changed.length / 2] ^= 1;
      assertRejected(webhook.headers(), changed);
      assertRejected(Map.of(), webhook.body());
    }
  }

  @Test
  void aWebhookFromLongAgoOrFromTheFutureIsRefused() {
    succeeded(charge(request(PaymentWorld.Card.GOOD)));
    List<PaymentWorld.Webhook> webhooks = webhooks();
    world.advance(Duration.ofMinutes(6));
    webhooks.forEach(webhook -> assertRejected(webhook.headers(), webhook.body()));
    world.advance(Duration.ofMinutes(-12));
    webhooks.forEach(webhook -> assertRejected(webhook.headers(), webhook.body()));
  }

  @Test
  void rubbishIsRefusedNotThrown() {
    succeeded(charge(request(PaymentWorld.Card.GOOD)));
    List<PaymentWorld.Webhook> webhooks = webhooks();
    List<String> values = List.of("", "t", "t=", "t=,v1=", "v1=zz", "t=1e9,v1=00", "=,=,,", "t=99");
    for (PaymentWorld.Webhook webhook : webhooks) {
      for (String value : values) {
        Map<String, String> headers = new HashMap<>(webhook.headers());
        headers.replaceAll((name, old) -> value);
        assertRejected(headers, webhook.body());
      }
      assertRejected(webhook.headers(), new byte[0]);
      assertRejected(webhook.headers(), "{\"id\":".getBytes(StandardCharsets.UTF_8));
    }
  }

  // --- the books --------------------------------------------------------------------------------

  @Test
  void movementsSumToWhatTheHouseHas() {
    assumeTrue(provider.capabilities().contains(Capability.MOVEMENTS));
    Interval time =
        new Interval(world.now().minus(Duration.ofHours(1)), world.now().plus(Duration.ofHours(1)));
    ChargeRequest request = request(PaymentWorld.Card.GOOD);
    String charge = succeeded(charge(request)).reference();
    charge(request(PaymentWorld.Card.DECLINED));
    if (provider.capabilities().contains(Capability.REFUND)) {
      sent(provider.refund(new RefundRequest(UUID.randomUUID(), charge, minor(100), world.now())));
    }
    List<ProviderMovement> movements = provider.movements(time);
    Amount sum = Amount.zero(world.currency());
    for (ProviderMovement movement : movements) {
      sum = sum.plus(movement.amount());
    }
    assertEquals(world.houseBalance(), sum);
    assertTrue(
        movements.stream()
            .anyMatch(
                m ->
                    m.kind() == ProviderMovement.Kind.CHARGE
                        && m.reference().equals(charge)
                        && m.amount().equals(request.amount())));
  }

  // --- helpers ----------------------------------------------------------------------------------

  private final List<PaymentWorld.Webhook> seen = new ArrayList<>();

  private List<PaymentWorld.Webhook> webhooks() {
    List<PaymentWorld.Webhook> taken = world.takeWebhooks();
    assertFalse(taken.isEmpty(), "the world must send webhooks");
    seen.addAll(taken);
    return taken;
  }

  private List<ProviderNotice.ChargeChanged> chargesIn(List<PaymentWorld.Webhook> webhooks) {
    List<ProviderNotice.ChargeChanged> notices = new ArrayList<>();
    for (PaymentWorld.Webhook webhook : webhooks) {
      for (ProviderNotice notice : accepted(webhook).notices()) {
        if (notice instanceof ProviderNotice.ChargeChanged changed) {
          notices.add(changed);
        }
      }
    }
    return notices;
  }

  private WebhookResult.Accepted accepted(PaymentWorld.Webhook webhook) {
    return assertInstanceOf(
        WebhookResult.Accepted.class, provider.parseWebhook(webhook.headers(), webhook.body()));
  }

  private void assertRejected(Map<String, String> headers, byte[] body) {
    assertInstanceOf(WebhookResult.Rejected.class, provider.parseWebhook(headers, body));
  }

  private ChargeRequest request(PaymentWorld.Card card) {
    MethodReference method = world.card(customer, card);
    return new ChargeRequest(
        UUID.randomUUID(),
        customer,
        method,
        minor(2_500),
        "contract test",
        Presence.OFF_SESSION,
        null,
        world.now());
  }

  private Amount minor(long minorUnits) {
    return Amount.ofMinor(minorUnits, world.currency());
  }

  private ChargeResult charge(ChargeRequest request) {
    return provider.charge(request, reference -> {});
  }

  private ChargeResult chargeOrUnknown(ChargeRequest request) {
    try {
      return charge(request);
    } catch (RuntimeException e) {
      return new ChargeResult.Unknown(null, e.toString());
    }
  }

  private ChargeResult.ActionRequired asked(ChargeRequest request) {
    return assertInstanceOf(ChargeResult.ActionRequired.class, charge(request));
  }

  private static ChargeResult.Succeeded succeeded(ChargeResult result) {
    return assertInstanceOf(ChargeResult.Succeeded.class, result);
  }

  private static String sent(OutgoingResult result) {
    return assertInstanceOf(OutgoingResult.Succeeded.class, result).reference();
  }
}

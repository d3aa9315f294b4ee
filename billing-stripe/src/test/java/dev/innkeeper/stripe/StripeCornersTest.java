package dev.innkeeper.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.contract.PaymentWorld;
import dev.innkeeper.billing.payment.spi.ChargeRequest;
import dev.innkeeper.billing.payment.spi.ChargeRequest.Presence;
import dev.innkeeper.billing.payment.spi.ChargeResult;
import dev.innkeeper.billing.payment.spi.ChargeResult.DeclineKind;
import dev.innkeeper.billing.payment.spi.MethodReference;
import dev.innkeeper.billing.payment.spi.MethodSetUpRequest;
import dev.innkeeper.billing.payment.spi.MethodSetUpResult;
import dev.innkeeper.billing.payment.spi.OutgoingResult;
import dev.innkeeper.billing.payment.spi.PageChargeRequest;
import dev.innkeeper.billing.payment.spi.ProviderMovement;
import dev.innkeeper.billing.payment.spi.ProviderNotice;
import dev.innkeeper.billing.payment.spi.ProviderNotice.DisputeState;
import dev.innkeeper.billing.payment.spi.RefundRequest;
import dev.innkeeper.billing.payment.spi.ReversalRequest;
import dev.innkeeper.billing.payment.spi.TransferRequest;
import dev.innkeeper.billing.payment.spi.WebhookResult;
import dev.innkeeper.billing.time.Interval;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The corners at which integrations with Stripe take money twice, or lose it. */
class StripeCornersTest {
  private static final Amount TEN = Amount.parse("10.00", Currency.EUR);

  private final StripeWorld world = new StripeWorld();
  private final StripeProvider provider = world.provider();
  private final UUID customer = UUID.randomUUID();

  @AfterEach
  void close() {
    world.close();
  }

  // --- what can't be told -----------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"RESET_AFTER", "HANG_AFTER", "ERROR_AFTER", "BAD_GATEWAY", "TRUNCATED", "CUT"})
  void anUnclearConfirmationIsRetrievedAndNeverCountsAsFailed(Fault fault) {
    ChargeRequest request = request(DoubleCard.GOOD, TEN);
    world.stripe.failNext("POST .*/confirm", fault);
    ChargeResult result = world.impatient().charge(request, reference -> {});
    assertThat(result).isInstanceOf(ChargeResult.Succeeded.class);
    assertThat(world.chargesOf(request.attemptId())).isOne();
  }

  @Test
  void whenEvenRetrievingFailsTheOutcomeIsUnknown() {
    ChargeRequest request = request(DoubleCard.GOOD, TEN);
    world.stripe.failNext("POST .*/confirm", Fault.RESET_AFTER);
    world.stripe.failNext("GET .*", Fault.ERROR_BEFORE);
    assertThat(charge(request)).isInstanceOf(ChargeResult.Unknown.class);
    assertThat(provider.lookUp(request)).isInstanceOf(ChargeResult.Succeeded.class);
  }

  @Test
  void aKeyThatReplaysAFailureForADayDoesNotBlockTheChargeForADay() {
    ChargeRequest request = request(DoubleCard.GOOD, TEN);
    world.stripe.failNext("POST /v1/payment_intents", Fault.ERROR_BEFORE);
    world.stripe.failNext("POST .*/confirm", Fault.ERROR_BEFORE);
    assertThat(charge(request)).isInstanceOf(ChargeResult.Succeeded.class);
    assertThat(world.chargesOf(request.attemptId())).isOne();
  }

  @Test
  void aCreationThatFailedAfterItCommittedIsFoundInTheListNotMadeAgain() {
    ChargeRequest request = request(DoubleCard.GOOD, TEN);
    world.stripe.failNext("POST /v1/payment_intents", Fault.ERROR_AFTER);
    assertThat(charge(request)).isInstanceOf(ChargeResult.Succeeded.class);
    assertThat(intents()).isOne();
    assertThat(world.stripe.requests()).noneMatch(r -> r.contains("/search"));
  }

  @Test
  void aYoungRequestWithoutATraceIsUnknownNotAbsent() {
    ChargeRequest request = request(DoubleCard.GOOD, TEN);
    assertThat(provider.lookUp(request)).isInstanceOf(ChargeResult.Unknown.class);
    world.advance(Duration.ofMinutes(3));
    assertThat(provider.lookUp(request)).isInstanceOf(ChargeResult.Absent.class);
  }

  // --- keys -------------------------------------------------------------------------------------

  @Test
  void aKeyThatComesBackWithOtherParametersIsRefusedAndUnknown() {
    ChargeRequest request = request(DoubleCard.GOOD, TEN);
    charge(request);
    ChargeRequest other = with(request, TEN.plus(TEN), request.firstCalledAt());
    assertThat(charge(other)).isInstanceOf(ChargeResult.Unknown.class);
    assertThat(world.chargesOf(request.attemptId())).isOne();
  }

  @Test
  void everyRequestThatChangesSomethingCarriesAKeyDerivedFromTheEnginesId() {
    ChargeRequest request = request(DoubleCard.GOOD, TEN);
    charge(request);
    String id = request.attemptId().toString();
    assertThat(world.stripe.requests().stream().filter(r -> r.startsWith("POST")))
        .hasSize(2)
        .allMatch(r -> r.contains(" " + id));
  }

  @Test
  void afterADayAnAttemptIsOnlyLookedUp() {
    ChargeRequest request = request(DoubleCard.GOOD, TEN);
    assertThat(charge(request)).isInstanceOf(ChargeResult.Succeeded.class);
    world.advance(Duration.ofHours(25));
    int before = world.stripe.requests().size();
    assertThat(charge(request)).isInstanceOf(ChargeResult.Succeeded.class);
    List<String> after = world.stripe.requests();
    assertThat(after.subList(before, after.size())).allMatch(r -> r.startsWith("GET"));
    assertThat(world.chargesOf(request.attemptId())).isOne();
  }

  @Test
  void afterADayARefundAndATransferAreOnlyLookedUp() {
    String charge = succeeded(charge(request(DoubleCard.GOOD, TEN))).reference();
    RefundRequest refund = new RefundRequest(UUID.randomUUID(), charge, TEN, world.now());
    TransferRequest transfer =
        new TransferRequest(UUID.randomUUID(), "acct_x", TEN, charge, world.now());
    assertThat(provider.refund(refund)).isInstanceOf(OutgoingResult.Succeeded.class);
    assertThat(provider.transfer(transfer)).isInstanceOf(OutgoingResult.Succeeded.class);
    Amount balance = world.houseBalance();
    world.advance(Duration.ofHours(25));
    assertThat(provider.refund(refund)).isInstanceOf(OutgoingResult.Succeeded.class);
    assertThat(provider.transfer(transfer)).isInstanceOf(OutgoingResult.Succeeded.class);
    assertThat(world.houseBalance()).isEqualTo(balance);
  }

  // --- the bank's question ----------------------------------------------------------------------

  @Test
  void aCardWhoseBankWantsTheCustomerIsHandedOverToAPageAndBack() {
    ChargeRequest request = request(DoubleCard.ASKS, TEN);
    ChargeResult.ActionRequired asked = (ChargeResult.ActionRequired) charge(request);
    assertThat(asked.actionUrl()).startsWith(world.stripe.address() + "/bank/");
    world.answerBank(asked.reference(), PaymentWorld.Answer.APPROVED);
    assertThat(provider.lookUp(request)).isInstanceOf(ChargeResult.Succeeded.class);
    assertThat(world.chargesOf(request.attemptId())).isOne();
  }

  @Test
  void aQuestionWhoseAnswerWasLostIsAskedAgainOnTheSamePaymentIntent() {
    ChargeRequest request = request(DoubleCard.ASKS, TEN);
    world.stripe.failNext("POST .*/confirm", Fault.RESET_AFTER);
    assertThat(charge(request)).isInstanceOf(ChargeResult.ActionRequired.class);
    assertThat(intents()).isOne();
  }

  @Test
  void beforeAnotherCardTheWaitingPaymentIsCalledOff() {
    ChargeRequest request = request(DoubleCard.ASKS, TEN);
    ChargeResult.ActionRequired asked = (ChargeResult.ActionRequired) charge(request);
    assertThat(provider.cancel(request)).isInstanceOf(ChargeResult.Declined.class);
    assertThatThrownBy(() -> world.answerBank(asked.reference(), PaymentWorld.Answer.APPROVED))
        .isInstanceOf(IllegalStateException.class);
  }

  // --- concurrency ------------------------------------------------------------------------------

  @Test
  void aPageIsClosedBeforeSomethingElseIsTriedAndTellsWhenTheCustomerWasFaster() {
    PageChargeRequest request = page();
    ChargeResult.ActionRequired page =
        (ChargeResult.ActionRequired) provider.chargeOnPage(request, reference -> {});
    assertThat(provider.cancelPage(request)).isInstanceOf(ChargeResult.Declined.class);
    assertThatThrownBy(() -> books(b -> b.pay(page.reference(), DoubleCard.GOOD)))
        .isInstanceOf(StripeBooks.Problem.class);

    PageChargeRequest faster = page();
    ChargeResult.ActionRequired other =
        (ChargeResult.ActionRequired) provider.chargeOnPage(faster, reference -> {});
    books(b -> b.pay(other.reference(), DoubleCard.GOOD));
    assertThat(provider.cancelPage(faster)).isInstanceOf(ChargeResult.Succeeded.class);
    assertThat(world.chargesOf(faster.attemptId())).isOne();
  }

  @Test
  void aDeclineOnAPageIsNotTheEndOfThePayment() {
    PageChargeRequest request = page();
    ChargeResult.ActionRequired page =
        (ChargeResult.ActionRequired) provider.chargeOnPage(request, reference -> {});
    books(b -> b.pay(page.reference(), DoubleCard.INSUFFICIENT));
    assertThat(notices()).allMatch(n -> n instanceof ProviderNotice.Ignored);
    assertThat(provider.lookUpPage(request)).isInstanceOf(ChargeResult.ActionRequired.class);
    books(b -> b.pay(page.reference(), DoubleCard.GOOD));
    assertThat(notices())
        .allMatch(
            n ->
                n instanceof ProviderNotice.ChargeChanged c
                    && c.result() instanceof ChargeResult.Succeeded);
  }

  @Test
  void aPageThatExpiredIsADecline() {
    PageChargeRequest request = page();
    ChargeResult.ActionRequired page =
        (ChargeResult.ActionRequired) provider.chargeOnPage(request, reference -> {});
    books(b -> b.expire(page.reference()));
    assertThat(notices())
        .singleElement()
        .isInstanceOfSatisfying(
            ProviderNotice.ChargeChanged.class,
            n -> assertThat(n.result()).isInstanceOf(ChargeResult.Declined.class));
  }

  // --- webhooks ---------------------------------------------------------------------------------

  @Test
  void anOldEventTellsHowThingsAreNowNotHowTheyWere() {
    ChargeRequest request = request(DoubleCard.ASKS, TEN);
    ChargeResult.ActionRequired asked = (ChargeResult.ActionRequired) charge(request);
    List<PaymentWorld.Webhook> early = world.takeWebhooks();
    world.answerBank(asked.reference(), PaymentWorld.Answer.APPROVED);
    for (PaymentWorld.Webhook webhook : early) {
      assertThat(accepted(webhook))
          .allMatch(
              n ->
                  n instanceof ProviderNotice.ChargeChanged c
                      && c.result() instanceof ChargeResult.Succeeded);
    }
    assertThat(early).isNotEmpty();
  }

  @Test
  void anEventOfTheOtherModeIsRefused() {
    charge(request(DoubleCard.GOOD, TEN));
    String body = world.stripe.takeEvents().get(0);
    String live = body.replace("\"livemode\":false", "\"livemode\":true");
    assertThat(parse(world.webhook(live))).isInstanceOf(WebhookResult.Rejected.class);
  }

  @Test
  void signaturesAreGoodForFiveMinutesBothWaysAndNoSecondMore() {
    charge(request(DoubleCard.GOOD, TEN));
    PaymentWorld.Webhook webhook = world.takeWebhooks().get(0);
    for (long seconds : new long[] {300, -300}) {
      world.advance(Duration.ofSeconds(seconds));
      assertThat(parse(webhook)).isInstanceOf(WebhookResult.Accepted.class);
      world.advance(Duration.ofSeconds(Long.signum(seconds)));
      assertThat(parse(webhook)).isInstanceOf(WebhookResult.Rejected.class);
      world.advance(Duration.ofSeconds(-seconds - Long.signum(seconds)));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ",",
        "t",
        "t=",
        "t=,v1=",
        "t=x,v1=00",
        "v1=",
        "t=99999999999999999999,v1=ab",
        "=,=",
        "t=1"
      })
  void aMalformedSignatureIsRefused(String header) {
    PaymentWorld.Webhook webhook =
        new PaymentWorld.Webhook(
            Map.of("stripe-signature", header), "{}".getBytes(StandardCharsets.UTF_8));
    assertThat(parse(webhook)).isInstanceOf(WebhookResult.Rejected.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "{\"livemode\":false}",
        "{\"livemode\":false,\"id\":null,\"type\":\"x\"}",
        "{\"livemode\":false,\"id\":\"e\",\"type\":\"refund.created\",\"data\":{}}",
        "{\"livemode\":false,\"id\":\"e\",\"type\":\"refund.created\",\"data\":{\"object\":7}}"
      })
  void aSignedBodyThatSaysNothingIsRefusedNotThrown(String body) {
    assertThat(parse(world.webhook(body))).isInstanceOf(WebhookResult.Rejected.class);
  }

  @Test
  void anEventWithoutAnApiVersionIsReadAllTheSame() {
    charge(request(DoubleCard.GOOD, TEN));
    String body = world.stripe.takeEvents().get(0);
    String without = body.replaceAll("\"api_version\":\"[^\"]*\"", "\"api_version\":null");
    assertThat(accepted(world.webhook(without)))
        .singleElement()
        .isInstanceOf(ProviderNotice.ChargeChanged.class);
  }

  @Test
  void whileTheSecretIsReplacedBothAreGood() {
    Map<String, String> settings =
        new java.util.HashMap<>(StripeWorld.settings(world.stripe, StripeWorld.TIMEOUT_MILLIS));
    settings.put("webhookSecret", "whsec_new, " + StripeDouble.WEBHOOK_SECRET);
    StripeProvider both =
        new StripeProvider(
            StripeSettings.of(settings, Map.of()), world.clock, world.clock, millis -> {});
    charge(request(DoubleCard.GOOD, TEN));
    String body = world.stripe.takeEvents().get(0);
    for (String secret : List.of("whsec_new", StripeDouble.WEBHOOK_SECRET)) {
      Map<String, String> headers =
          Map.of("stripe-signature", StripeDouble.sign(body, secret, world.now()));
      assertThat(both.parseWebhook(headers, body.getBytes(StandardCharsets.UTF_8)))
          .isInstanceOf(WebhookResult.Accepted.class);
    }
  }

  @Test
  void aWebhookIsRefusedToComeAgainWhileStripeCantBeAsked() {
    charge(request(DoubleCard.GOOD, TEN));
    PaymentWorld.Webhook webhook = world.takeWebhooks().get(0);
    world.stripe.failNext("GET .*", Fault.ERROR_BEFORE);
    assertThat(parse(webhook)).isInstanceOf(WebhookResult.Rejected.class);
    assertThat(parse(webhook)).isInstanceOf(WebhookResult.Accepted.class);
  }

  // --- refunds, disputes ------------------------------------------------------------------------

  @Test
  void refundsOnTheDashboardAreToldOneByOneAndOursByOurId() {
    String charge = succeeded(charge(request(DoubleCard.GOOD, TEN))).reference();
    world.takeWebhooks();
    Amount part = Amount.parse("3.00", Currency.EUR);
    RefundRequest ours = new RefundRequest(UUID.randomUUID(), charge, part, world.now());
    provider.refund(ours);
    books(b -> b.refund(charge, 200, Map.of()));
    List<ProviderNotice.RefundChanged> told =
        notices().stream()
            .filter(n -> n instanceof ProviderNotice.RefundChanged)
            .map(n -> (ProviderNotice.RefundChanged) n)
            .toList();
    assertThat(told).allMatch(n -> n.chargeReference().equals(charge));
    assertThat(told).anyMatch(n -> ours.refundId().equals(n.refundId()) && n.amount().equals(part));
    assertThat(told).anyMatch(n -> n.refundId() == null && n.amount().minorUnits() == 200);
    assertThat(told.stream().map(ProviderNotice.RefundChanged::noticeId)).doesNotHaveDuplicates();
  }

  @Test
  void aRefundThatFailsLaterIsToldAsRefused() {
    String charge = succeeded(charge(request(DoubleCard.GOOD, TEN))).reference();
    RefundRequest ours = new RefundRequest(UUID.randomUUID(), charge, TEN, world.now());
    String reference = ((OutgoingResult.Succeeded) provider.refund(ours)).reference();
    world.takeWebhooks();
    books(b -> b.failRefund(reference));
    assertThat(notices())
        .singleElement()
        .isInstanceOfSatisfying(
            ProviderNotice.RefundChanged.class,
            n -> assertThat(n.result()).isInstanceOf(OutgoingResult.Refused.class));
    assertThat(provider.lookUpRefund(ours)).isInstanceOf(OutgoingResult.Refused.class);
  }

  @Test
  void aDisputedChargeIsNotRefunded() {
    String charge = succeeded(charge(request(DoubleCard.GOOD, TEN))).reference();
    books(b -> b.dispute(charge, "needs_response"));
    assertThat(provider.refund(new RefundRequest(UUID.randomUUID(), charge, TEN, world.now())))
        .isEqualTo(
            new OutgoingResult.Refused("charge_disputed", "Stripe refused: charge_disputed"));
  }

  @Test
  void aDisputeTakesTheAmountAndAFee() {
    String charge = succeeded(charge(request(DoubleCard.GOOD, TEN))).reference();
    world.takeWebhooks();
    books(b -> b.dispute(charge, "needs_response"));
    assertThat(disputes())
        .isNotEmpty()
        .allMatch(d -> d.state() == DisputeState.OPENED)
        .allMatch(d -> d.amount().equals(TEN))
        .allMatch(d -> d.fee().equals(Amount.parse("20.00", Currency.EUR)));
  }

  @Test
  void anInquiryMovesNothing() {
    String charge = succeeded(charge(request(DoubleCard.GOOD, TEN))).reference();
    world.takeWebhooks();
    String dispute = world.stripe.with(b -> b.dispute(charge, "warning_needs_response"));
    books(b -> b.closeDispute(dispute, "warning_closed"));
    assertThat(notices()).allMatch(n -> n instanceof ProviderNotice.Ignored);
  }

  @Test
  void aDisputeEndsByItsStatusNotByTheEventsName() {
    String charge = succeeded(charge(request(DoubleCard.GOOD, TEN))).reference();
    String dispute = world.stripe.with(b -> b.dispute(charge, "needs_response"));
    books(b -> b.closeDispute(dispute, "lost"));
    world.takeWebhooks();
    // A late "funds reinstated" about a dispute that is lost.
    String event =
        "{\"id\":\"evt_late\",\"livemode\":false,\"type\":\"charge.dispute.funds_reinstated\","
            + "\"data\":{\"object\":{\"id\":\""
            + dispute
            + "\"}}}";
    assertThat(accepted(world.webhook(event)))
        .singleElement()
        .isInstanceOfSatisfying(
            ProviderNotice.DisputeChanged.class,
            d -> assertThat(d.state()).isEqualTo(DisputeState.LOST));
  }

  // --- amounts ----------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({
    "EUR,12.34,1234", "JPY,500,500", "KWD,1.230,1230", "BHD,1.230,1230", "ISK,500,50000",
    "UGX,500,50000", "CLP,500,500", "HUF,175.00,17500", "TND,0.010,10", "MGA,100.00,100"
  })
  void unitsGoByStripesTableNotByTheJdks(String code, String text, long units) {
    Amount amount = Amount.parse(text, Currency.of(code));
    assertThat(StripeCurrencies.units(amount)).contains(units);
    assertThat(StripeCurrencies.amount(units, code)).isEqualTo(amount);
  }

  @ParameterizedTest
  @CsvSource({"KWD,1.234", "MGA,1.50", "EUR,1000000.00", "TFT,0.0000001"})
  void whatStripeCantExpressIsNotAskedFor(String code, String text) {
    assertThat(StripeCurrencies.units(Amount.parse(text, Currency.of(code)))).isEmpty();
  }

  @Test
  void everyMinimumCanBeExpressed() {
    StripeCurrencies currencies = new StripeCurrencies(Map.of());
    for (String code : Currency.codes()) {
      Currency currency = Currency.of(code);
      if (currencies.supports(currency)) {
        assertThat(StripeCurrencies.units(currencies.minimum(currency))).as(code).isPresent();
      }
    }
    assertThat(currencies.supports(Currency.of("TFT"))).isFalse();
  }

  @Test
  void belowTheMinimumNothingIsTakenAndTheCardIsNotToBlame() {
    ChargeRequest request = request(DoubleCard.GOOD, Amount.parse("0.49", Currency.EUR));
    ChargeResult.Declined declined = (ChargeResult.Declined) charge(request);
    assertThat(declined.kind()).isEqualTo(DeclineKind.SOFT);
    assertThat(declined.code()).isEqualTo("amount_not_chargeable");
  }

  @Test
  void aPaymentIntentOfAnotherAmountOrCurrencyIsNotTakenForOurs() {
    ChargeRequest request = request(DoubleCard.GOOD, TEN);
    ChargeResult.Succeeded taken = succeeded(charge(request));
    books(b -> b.get(taken.reference()).put("currency", "usd"));
    assertThat(provider.lookUp(request)).isInstanceOf(ChargeResult.Unknown.class);
  }

  @Test
  void aPaymentIntentOfAnotherCustomerIsNotTakenForOurs() {
    ChargeRequest request = request(DoubleCard.GOOD, TEN);
    ChargeResult.Succeeded taken = succeeded(charge(request));
    books(b -> b.get(taken.reference()).put("customer", "cus_somebody"));
    assertThat(provider.lookUp(request)).isInstanceOf(ChargeResult.Unknown.class);
  }

  // --- cards ------------------------------------------------------------------------------------

  @Test
  void aCardThatWasDetachedDuringAChargeIsADeclineNotAnError() {
    ChargeRequest request = request(DoubleCard.GOOD, TEN);
    books(b -> b.detach(request.method().methodReference()));
    assertThat(charge(request))
        .isInstanceOfSatisfying(
            ChargeResult.Declined.class, d -> assertThat(d.code()).isEqualTo("card_gone"));
    assertThat(notices())
        .contains(
            new ProviderNotice.MethodRemoved(noticeId(0), request.method().methodReference()));
  }

  @Test
  void somebodyElsesCardIsNotCharged() {
    MethodReference theirs = world.card(UUID.randomUUID(), DoubleCard.GOOD);
    MethodReference mixed = new MethodReference(theirs.methodReference(), world.customer(customer));
    ChargeRequest request = request(mixed, TEN);
    assertThat(charge(request)).isInstanceOf(ChargeResult.Declined.class);
    assertThat(world.chargesOf(request.attemptId())).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "INSUFFICIENT,SOFT",
    "GENERIC,SOFT",
    "NEVER_AGAIN,HARD",
    "STOLEN,HARD",
    "EXPIRED,HARD"
  })
  void declinesObeyTheBanksAdvice(DoubleCard card, DeclineKind kind) {
    ChargeResult.Declined declined = (ChargeResult.Declined) charge(request(card, TEN));
    assertThat(declined.kind()).isEqualTo(kind);
    assertThat(declined.message()).doesNotContain("stolen");
  }

  @Test
  void aCardIsEnteredOnStripesPageOnlyAndToldWithItsFingerprint() {
    UUID setUp = UUID.randomUUID();
    MethodSetUpRequest request = new MethodSetUpRequest(setUp, customer, null, null, null);
    MethodSetUpResult.Redirect page = (MethodSetUpResult.Redirect) provider.setUpMethod(request);
    assertThat(provider.lookUpSetUp(page.reference()))
        .isInstanceOf(MethodSetUpResult.Redirect.class);
    books(b -> b.enterCard(page.reference(), DoubleCard.GOOD, "fp_same"));
    List<ProviderNotice> told = notices();
    assertThat(told)
        .hasSize(2)
        .allMatch(
            n ->
                n instanceof ProviderNotice.MethodAdded m
                    && m.setUpId().equals(setUp)
                    && m.details().fingerprint().equals("fp_same"));
    assertThat(provider.lookUpSetUp(page.reference())).isInstanceOf(MethodSetUpResult.Ready.class);
    MethodSetUpRequest withNumber =
        new MethodSetUpRequest(setUp, customer, null, "4242424242424242", null);
    assertThat(provider.setUpMethod(withNumber)).isInstanceOf(MethodSetUpResult.Refused.class);
  }

  @Test
  void aCardThatIsRefusedOnThePageLeavesThePageOpenForAnother() {
    UUID setUp = UUID.randomUUID();
    MethodSetUpResult.Redirect page =
        (MethodSetUpResult.Redirect)
            provider.setUpMethod(new MethodSetUpRequest(setUp, customer, null, null, null));
    books(b -> b.refuseCard(page.reference()));
    assertThat(notices()).singleElement().isInstanceOf(ProviderNotice.Ignored.class);
    assertThat(provider.lookUpSetUp(page.reference()))
        .isInstanceOf(MethodSetUpResult.Redirect.class);
    books(b -> b.enterCard(page.reference(), DoubleCard.GOOD, "fp"));
    assertThat(notices()).allMatch(n -> n instanceof ProviderNotice.MethodAdded).hasSize(2);
  }

  @Test
  void aRenewedCardIsToldAsItIsNowAndOneThatIsGoneIsGone() {
    MethodReference card = world.card(customer, DoubleCard.GOOD);
    books(b -> b.renew(card.methodReference(), 2040, "1111"));
    List<PaymentWorld.Webhook> early = world.takeWebhooks();
    books(b -> b.renew(card.methodReference(), 2045, "2222"));
    world.takeWebhooks();
    assertThat(accepted(early.get(0)))
        .singleElement()
        .isInstanceOfSatisfying(
            ProviderNotice.MethodUpdated.class,
            n -> {
              assertThat(n.details().reference()).isEqualTo(card);
              assertThat(n.details().expiryYear()).isEqualTo(2045);
              assertThat(n.details().last4()).isEqualTo("2222");
            });
    books(b -> b.detach(card.methodReference()));
    assertThat(accepted(early.get(0)))
        .singleElement()
        .isInstanceOf(ProviderNotice.MethodRemoved.class);
  }

  // --- too many requests ------------------------------------------------------------------------

  @Test
  void tooManyRequestsAreRepeatedWithTheSameKey() {
    ChargeRequest request = request(DoubleCard.GOOD, TEN);
    world.stripe.failNext("POST /v1/payment_intents", Fault.TOO_MANY);
    world.stripe.failNext("POST /v1/payment_intents", Fault.LOCK_TIMEOUT);
    world.stripe.failNext("POST .*/confirm", Fault.TOO_MANY);
    assertThat(charge(request)).isInstanceOf(ChargeResult.Succeeded.class);
    String create = "POST /v1/payment_intents " + request.attemptId();
    assertThat(world.stripe.requests().stream().filter(create::equals)).hasSize(3);
  }

  @Test
  void tooManyRequestsForTooLongAreUnknown() {
    ChargeRequest request = request(DoubleCard.GOOD, TEN);
    for (int i = 0; i < 5; i++) {
      world.stripe.failNext("POST /v1/payment_intents", Fault.TOO_MANY);
    }
    assertThat(charge(request)).isInstanceOf(ChargeResult.Unknown.class);
    assertThat(charge(request)).isInstanceOf(ChargeResult.Succeeded.class);
  }

  @Test
  void aKeyThatWasWithdrawnBlamesNoCard() {
    Map<String, String> settings =
        new java.util.HashMap<>(StripeWorld.settings(world.stripe, StripeWorld.TIMEOUT_MILLIS));
    settings.put("secretKey", "sk_test_withdrawn000");
    StripeProvider stranger =
        new StripeProvider(
            StripeSettings.of(settings, Map.of()), world.clock, world.clock, millis -> {});
    assertThat(stranger.charge(request(DoubleCard.GOOD, TEN), reference -> {}))
        .isInstanceOf(ChargeResult.Unknown.class);
  }

  // --- fees -------------------------------------------------------------------------------------

  @Test
  void theAnswerToAChargeTellsItsFee() {
    Amount fee = Amount.parse("0.15", Currency.EUR);
    assertThat(succeeded(charge(request(DoubleCard.GOOD, TEN))).fee()).isEqualTo(fee);
    PageChargeRequest request = page();
    ChargeResult.ActionRequired page =
        (ChargeResult.ActionRequired) provider.chargeOnPage(request, reference -> {});
    books(b -> b.pay(page.reference(), DoubleCard.GOOD));
    assertThat(succeeded(provider.lookUpPage(request)).fee()).isEqualTo(fee);
  }

  @Test
  void aFeeThatStripeKnowsLaterIsToldWhenItDoes() {
    ChargeRequest request = request(DoubleCard.ASKS, TEN);
    ChargeResult.ActionRequired asked = (ChargeResult.ActionRequired) charge(request);
    books(b -> b.get(asked.reference()).put("capture_method", StripeBooks.CAPTURED_LATER));
    world.answerBank(asked.reference(), PaymentWorld.Answer.APPROVED);
    assertThat(succeeded(provider.lookUp(request)).fee()).isNull();
    world.takeWebhooks();
    books(StripeBooks::captureLate);
    assertThat(notices())
        .singleElement()
        .isInstanceOfSatisfying(
            ProviderNotice.ChargeChanged.class,
            n -> {
              assertThat(n.attemptId()).isEqualTo(request.attemptId());
              assertThat(succeeded(n.result()).fee()).isEqualTo(Amount.parse("0.15", Currency.EUR));
            });
  }

  @Test
  void aChangeOfAChargeThatIsNobodysChangesNothing() {
    books(
        b -> {
          Map<String, Object> charge = b.make("ch", "charge");
          b.event("charge.updated", charge);
        });
    assertThat(notices()).singleElement().isInstanceOf(ProviderNotice.Ignored.class);
  }

  // --- payouts, books ---------------------------------------------------------------------------

  @Test
  void aShareIsTakenBackOnceAndNeverMoreThanItWas() {
    String charge = succeeded(charge(request(DoubleCard.GOOD, TEN))).reference();
    Amount share = Amount.parse("5.00", Currency.EUR);
    TransferRequest transfer =
        new TransferRequest(UUID.randomUUID(), "acct_x", share, charge, world.now());
    String reference = ((OutgoingResult.Succeeded) provider.transfer(transfer)).reference();
    Amount balance = world.houseBalance();
    ReversalRequest back = new ReversalRequest(UUID.randomUUID(), reference, share, world.now());
    OutgoingResult first = provider.reverseTransfer(back);
    assertThat(first).isInstanceOf(OutgoingResult.Succeeded.class);
    assertThat(provider.reverseTransfer(back)).isEqualTo(first);
    assertThat(provider.lookUpReversal(back)).isEqualTo(first);
    assertThat(world.houseBalance()).isEqualTo(balance.plus(share));
    ReversalRequest more = new ReversalRequest(UUID.randomUUID(), reference, share, world.now());
    assertThat(provider.reverseTransfer(more)).isInstanceOf(OutgoingResult.Refused.class);
  }

  @Test
  void theBooksTellEveryMovementWithItsFeeOverManyPages() {
    for (int i = 0; i < 60; i++) {
      assertThat(charge(request(DoubleCard.GOOD, TEN))).isInstanceOf(ChargeResult.Succeeded.class);
      if (i % 2 == 0) {
        String charge = succeeded(charge(request(DoubleCard.GOOD, TEN))).reference();
        books(b -> b.dispute(charge, "needs_response"));
      }
    }
    Interval time = new Interval(world.now(), world.now().plusSeconds(1));
    List<ProviderMovement> movements = provider.movements(time);
    assertThat(movements).hasSize(60 * 2 + 30 * 4);
    assertThat(movements.stream().map(ProviderMovement::amount).reduce(Amount::plus))
        .contains(world.houseBalance());
    assertThat(
            provider.movements(
                new Interval(world.now().plusSeconds(1), world.now().plusSeconds(2))))
        .isEmpty();
  }

  // --- helpers ----------------------------------------------------------------------------------

  private final List<String> noticeIds = new ArrayList<>();

  private String noticeId(int index) {
    return noticeIds.get(index);
  }

  private List<ProviderNotice> notices() {
    List<ProviderNotice> notices =
        world.takeWebhooks().stream().flatMap(w -> accepted(w).stream()).toList();
    notices.forEach(notice -> noticeIds.add(notice.noticeId()));
    return notices;
  }

  private int intents() {
    return world.stripe.with(b -> b.all("payment_intent", i -> true).size());
  }

  private List<ProviderNotice.DisputeChanged> disputes() {
    return notices().stream().map(n -> (ProviderNotice.DisputeChanged) n).toList();
  }

  private WebhookResult parse(PaymentWorld.Webhook webhook) {
    return provider.parseWebhook(webhook.headers(), webhook.body());
  }

  private List<ProviderNotice> accepted(PaymentWorld.Webhook webhook) {
    WebhookResult result = parse(webhook);
    assertThat(result).isInstanceOf(WebhookResult.Accepted.class);
    return ((WebhookResult.Accepted) result).notices();
  }

  private void books(java.util.function.Consumer<StripeBooks> work) {
    world.stripe.with(
        b -> {
          work.accept(b);
          return null;
        });
  }

  private ChargeRequest request(DoubleCard card, Amount amount) {
    return request(world.card(customer, card), amount);
  }

  private ChargeRequest request(MethodReference method, Amount amount) {
    return new ChargeRequest(
        UUID.randomUUID(),
        customer,
        method,
        amount,
        "corner test",
        Presence.OFF_SESSION,
        null,
        world.now());
  }

  private static ChargeRequest with(
      ChargeRequest request, Amount amount, java.time.Instant firstCalledAt) {
    return new ChargeRequest(
        request.attemptId(),
        request.customerId(),
        request.method(),
        amount,
        request.description(),
        request.presence(),
        null,
        firstCalledAt);
  }

  private PageChargeRequest page() {
    return new PageChargeRequest(
        UUID.randomUUID(),
        customer,
        world.customer(customer),
        TEN,
        "top-up",
        StripeWorld.RETURN_URL,
        null,
        world.now());
  }

  private ChargeResult charge(ChargeRequest request) {
    return provider.charge(request, reference -> {});
  }

  private static ChargeResult.Succeeded succeeded(ChargeResult result) {
    assertThat(result).isInstanceOf(ChargeResult.Succeeded.class);
    return (ChargeResult.Succeeded) result;
  }
}

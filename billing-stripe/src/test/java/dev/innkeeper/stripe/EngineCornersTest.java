package dev.innkeeper.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.event.StoredEvent;
import dev.innkeeper.billing.invoice.InvoiceStatus;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.AddMethodResult;
import dev.innkeeper.billing.payment.PayPage;
import dev.innkeeper.billing.payment.Payment;
import dev.innkeeper.billing.payment.PaymentMethod;
import dev.innkeeper.billing.payment.PaymentMix;
import dev.innkeeper.billing.payment.PaymentState;
import dev.innkeeper.billing.payment.Payout;
import dev.innkeeper.billing.payment.Payouts;
import dev.innkeeper.billing.problem.NotAllowed;
import java.time.Duration;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The corners at which engine, provider and Stripe have to hold together. */
class EngineCornersTest {
  private static final Amount TEN = StripeEngine.eur("10.00");
  private static final PayPage PAGE = new PayPage("stripe", StripeWorld.RETURN_URL);

  private final StripeEngine shop = new StripeEngine();

  @AfterEach
  void close() {
    shop.close();
  }

  @Test
  void aJobACheckoutPageAndADoubleClickPayAnInvoiceOnce() throws Exception {
    UUID ada = shop.customerWith(DoubleCard.GOOD);
    for (int i = 0; i < 10; i++) {
      UUID invoice = shop.invoice(ada, "16.00");
      atOnce(
          () -> shop.engine.settlement().pay(ada, invoice, PaymentMix.ALL, shop.key()),
          () -> shop.engine.settlement().pay(ada, invoice, PaymentMix.ALL, shop.key()),
          () -> shop.engine.settlement().payOnPage(ada, invoice, PAGE, shop.key()),
          () -> {
            shop.engine.settlement().settle(ada);
            return invoice;
          });
      // Whoever still has a page open pays on it.
      payOpenPages();
      shop.deliverAll();
      shop.world.advance(Duration.ofMinutes(10));
      shop.runDue();
      assertThat(shop.engine.invoices().get(ada, invoice).status()).isEqualTo(InvoiceStatus.PAID);
      assertThat(shop.charges(ada)).as("invoice " + i).isEqualTo(i + 1);
    }
    assertThat(shop.engine.wallets().of(ada).cash().isZero()).isTrue();
    shop.assertTruth();
  }

  @Test
  void aPageThatWasLeftOpenIsClosedOnceTheInvoiceIsPaidByCard() {
    UUID ada = shop.customerWith(DoubleCard.GOOD);
    UUID invoice = shop.invoice(ada, "16.00");
    Payment page = shop.engine.settlement().payOnPage(ada, invoice, PAGE, shop.key());
    String session = StripeEngine.lastPart(page.actionUrl());
    shop.engine.settlement().pay(ada, invoice, PaymentMix.ALL, shop.key());
    assertThat(shop.engine.invoices().get(ada, invoice).status()).isEqualTo(InvoiceStatus.PAID);
    assertThatThrownBy(() -> shop.world.stripe.with(b -> b.pay(session, DoubleCard.GOOD)))
        .isInstanceOf(StripeBooks.Problem.class);
    assertThat(shop.charges(ada)).isOne();
    shop.assertTruth();
  }

  @Test
  void theWebhookMayBeFasterThanTheAnswer() {
    UUID ada = shop.customerWith(DoubleCard.GOOD);
    shop.world.stripe.failNext("POST .*/confirm", Fault.RESET_AFTER);
    shop.world.stripe.failNext("GET .*", Fault.ERROR_BEFORE);
    Payment payment = shop.topUp(ada, TEN);
    assertThat(payment.state()).isEqualTo(PaymentState.UNKNOWN);
    shop.deliverAll();
    assertThat(state(payment)).isEqualTo(PaymentState.SUCCEEDED);
    shop.world.advance(Duration.ofMinutes(10));
    shop.runDue();
    assertThat(shop.engine.wallets().of(ada).cash()).isEqualTo(TEN);
    shop.assertTruth();
  }

  @Test
  void theAnswerMayBeFasterThanTheWebhook() {
    UUID ada = shop.customerWith(DoubleCard.GOOD);
    Payment payment = shop.topUp(ada, TEN);
    assertThat(payment.state()).isEqualTo(PaymentState.SUCCEEDED);
    shop.deliverAll();
    assertThat(shop.engine.wallets().of(ada).cash()).isEqualTo(TEN);
    shop.assertTruth();
  }

  @Test
  void whatIsOverStaysOverWhateverComesLate() {
    UUID ada = shop.customerWith(DoubleCard.ASKS);
    Payment payment = shop.topUp(ada, TEN);
    List<String> early = shop.world.stripe.takeEvents();
    shop.world.answerBank(
        StripeEngine.lastPart(payment.actionUrl()),
        dev.innkeeper.billing.payment.contract.PaymentWorld.Answer.APPROVED);
    shop.deliverAll();
    assertThat(state(payment)).isEqualTo(PaymentState.SUCCEEDED);
    early.forEach(event -> assertThat(shop.deliver(event)).isTrue());
    assertThat(state(payment)).isEqualTo(PaymentState.SUCCEEDED);
    assertThat(shop.engine.wallets().of(ada).cash()).isEqualTo(TEN);
    shop.assertTruth();
  }

  @Test
  void aFeeThatIsKnownAfterTheChargeIsBookedOnce() {
    UUID ada = shop.customerWith(DoubleCard.ASKS);
    Payment payment = shop.topUp(ada, TEN);
    String intent = StripeEngine.lastPart(payment.actionUrl());
    shop.world.stripe.with(b -> b.get(intent).put("capture_method", StripeBooks.CAPTURED_LATER));
    shop.world.answerBank(
        intent, dev.innkeeper.billing.payment.contract.PaymentWorld.Answer.APPROVED);
    shop.deliverAll();
    assertThat(state(payment)).isEqualTo(PaymentState.SUCCEEDED);
    assertThat(fee(payment).isZero()).isTrue();
    shop.world.advance(Duration.ofMinutes(50));
    for (int i = 0; i < 2; i++) {
      // At first it is booked, at last Stripe tells of the charge for some other reason.
      shop.world.stripe.with(
          b -> {
            b.captureLate();
            b.event("charge.updated", b.get(StripeBooks.text(b.get(intent), "latest_charge")));
            return null;
          });
      shop.deliverAll();
      assertThat(fee(payment)).isEqualTo(StripeEngine.eur("0.15"));
      assertThat(shop.engine.ledger().balance(Accounts.fee("stripe", Currency.EUR)))
          .isEqualTo(StripeEngine.eur("0.15"));
    }
    assertThat(shop.engine.wallets().of(ada).cash()).isEqualTo(TEN);
    shop.assertTruth();
  }

  private Amount fee(Payment payment) {
    return shop.engine.payments().get(payment.customerId(), payment.id()).fee();
  }

  @Test
  void somebodyElsesPaymentIntentChangesNothing() {
    UUID ada = shop.customerWith(DoubleCard.GOOD);
    shop.world.stripe.with(
        b -> {
          Map<String, Object> intent = b.make("pi", "payment_intent");
          intent.put("amount", 1_000L);
          intent.put("amount_received", 1_000L);
          intent.put("currency", "eur");
          intent.put("status", "succeeded");
          intent.put("metadata", Map.of(IntentState.ATTEMPT, UUID.randomUUID().toString()));
          b.event("payment_intent.succeeded", intent);
          return null;
        });
    shop.deliverAll();
    assertThat(shop.engine.wallets().of(ada).cash().isZero()).isTrue();
    shop.assertTruth();
  }

  @Test
  void moneyOfAnotherCurrencySettlesNothing() {
    UUID ada = shop.customerWith(DoubleCard.ASKS);
    Payment payment = shop.topUp(ada, TEN);
    String intent = StripeEngine.lastPart(payment.actionUrl());
    shop.world.stripe.with(b -> b.get(intent).put("currency", "usd"));
    shop.world.answerBank(
        intent, dev.innkeeper.billing.payment.contract.PaymentWorld.Answer.APPROVED);
    shop.deliverAll();
    assertThat(state(payment)).isEqualTo(PaymentState.UNKNOWN);
    assertThat(shop.engine.wallets().of(ada).cash().isZero()).isTrue();
    assertThat(shop.engine.ledger().balance(Accounts.gateway("stripe", Currency.EUR)).isZero())
        .isTrue();
  }

  @Test
  void aCardIsNotRemovedWhileItIsCharged() {
    UUID ada = shop.customerWith(DoubleCard.ASKS);
    PaymentMethod card = shop.engine.paymentMethods().list(ada).get(0);
    Payment payment = shop.topUp(ada, TEN);
    assertThatThrownBy(() -> shop.engine.paymentMethods().remove(ada, card.id()))
        .isInstanceOf(NotAllowed.class)
        .hasMessageContaining("is being charged");
    shop.world.answerBank(
        StripeEngine.lastPart(payment.actionUrl()),
        dev.innkeeper.billing.payment.contract.PaymentWorld.Answer.APPROVED);
    shop.deliverAll();
    shop.engine.paymentMethods().remove(ada, card.id());
    assertThat(shop.engine.paymentMethods().list(ada)).isEmpty();
    shop.assertTruth();
  }

  @Test
  void aCardThatIsDeclinedIsTriedFarLessThanFifteenTimesInThirtyDays() {
    UUID ben = shop.customerWith(DoubleCard.GENERIC);
    shop.invoice(ben, "20.00");
    for (int day = 0; day < 30; day++) {
      shop.engine.settlement().settle(ben);
      shop.runDue();
      shop.world.advance(Duration.ofDays(1));
    }
    long tries =
        shop.world.stripe.requests().stream()
            .filter(request -> request.matches("POST .*/confirm .*"))
            .count();
    assertThat(tries).isBetween(2L, 10L);
    assertThat(shop.charges(ben)).isZero();
  }

  @Test
  void aHardDeclineDisablesTheCardAndTheNextIsTried() {
    UUID ben = shop.customerWith(DoubleCard.STOLEN);
    shop.addCard(ben, DoubleCard.GOOD);
    UUID invoice = shop.invoice(ben, "20.00");
    shop.engine.settlement().settle(ben);
    assertThat(shop.engine.invoices().get(ben, invoice).status()).isEqualTo(InvoiceStatus.PAID);
    assertThat(shop.engine.paymentMethods().list(ben))
        .filteredOn(card -> !card.isUsableAt(shop.world.now()))
        .hasSize(1);
    assertThat(shop.charges(ben)).isOne();
    shop.assertTruth();
  }

  @Test
  void aCardThatAsksGivesWayToAnotherOnlyAfterItIsCalledOff() {
    UUID ben = shop.customerWith(DoubleCard.ASKS);
    UUID invoice = shop.invoice(ben, "20.00");
    shop.engine.settlement().settle(ben);
    Payment waiting = shop.engine.payments().list(ben, null, 1).get(0);
    assertThat(waiting.state()).isEqualTo(PaymentState.ACTION_REQUIRED);
    shop.addCard(ben, DoubleCard.GOOD);
    assertThat(shop.engine.invoices().get(ben, invoice).status()).isEqualTo(InvoiceStatus.PAID);
    String intent = StripeEngine.lastPart(waiting.actionUrl());
    assertThat(shop.world.stripe.<Object>with(b -> b.get(intent).get("status")))
        .isEqualTo("canceled");
    assertThat(shop.charges(ben)).isOne();
    shop.assertTruth();
  }

  @Test
  void theCardsPartIsNeverBelowTheLeastStripeTakes() {
    UUID ada = shop.customerWith(DoubleCard.GOOD);
    shop.topUp(ada, TEN);
    UUID invoice = shop.invoice(ada, "10.20");
    shop.engine.settlement().settle(ada);
    assertThat(shop.engine.invoices().get(ada, invoice).status()).isEqualTo(InvoiceStatus.PAID);
    Payment byCard = shop.engine.payments().list(ada, null, 1).get(0);
    assertThat(byCard.amount()).isGreaterThanOrEqualTo(StripeEngine.eur("0.50"));
    shop.assertTruth();
  }

  @Test
  void refundsHereAndOnTheDashboardAndAFailedOneAreBookedOnceEach() {
    UUID ada = shop.customerWith(DoubleCard.GOOD);
    Payment payment = shop.topUp(ada, StripeEngine.eur("50.00"));
    String intent = String.valueOf(payment.reference());
    shop.engine
        .refunds()
        .refund(ada, payment.id(), StripeEngine.eur("5.00"), "asked for", shop.key());
    shop.world.stripe.with(b -> b.refund(intent, 700, Map.of()));
    String failing =
        StripeBooks.text(shop.world.stripe.with(b -> b.refund(intent, 900, Map.of())), "id");
    shop.deliverAll();
    shop.world.stripe.with(
        b -> {
          b.failRefund(failing);
          return null;
        });
    shop.deliverAll();
    assertThat(shop.engine.wallets().of(ada).cash()).isEqualTo(StripeEngine.eur("38.00"));
    shop.deliverAll();
    assertThat(shop.engine.ledger().balance(Accounts.gateway("stripe", Currency.EUR)))
        .isEqualTo(shop.world.houseBalance());
  }

  @Test
  void aDisputeIsBookedWithItsFeeAndBlocksRefundsUntilItIsWon() {
    UUID ada = shop.customerWith(DoubleCard.GOOD);
    Payment payment = shop.topUp(ada, TEN);
    String intent = String.valueOf(payment.reference());
    String dispute = shop.world.stripe.with(b -> b.dispute(intent, "needs_response"));
    shop.deliverAll();
    assertThat(shop.engine.ledger().balance(Accounts.gateway("stripe", Currency.EUR)))
        .isEqualTo(shop.world.houseBalance());
    assertThatThrownBy(
            () -> shop.engine.refunds().refund(ada, payment.id(), TEN, "asked", shop.key()))
        .isInstanceOf(NotAllowed.class);
    shop.world.stripe.with(
        b -> {
          b.closeDispute(dispute, "won");
          return null;
        });
    shop.deliverAll();
    assertThat(shop.engine.ledger().balance(Accounts.gateway("stripe", Currency.EUR)))
        .isEqualTo(shop.world.houseBalance());
    assertThat(shop.engine.wallets().of(ada).cash()).isEqualTo(TEN);
  }

  @Test
  void aCardThatIsEnteredTwiceIsThereOnce() {
    UUID ada = shop.customerWith(DoubleCard.GOOD);
    var again = shop.engine.paymentMethods().add(ada, "stripe", null, StripeWorld.RETURN_URL);
    String session =
        StripeEngine.lastPart(
            ((dev.innkeeper.billing.payment.AddMethodResult.Redirect) again).url());
    shop.world.stripe.with(
        b -> {
          b.enterCard(session, DoubleCard.GOOD, "fp_GOOD_" + ada);
          return null;
        });
    assertThat(shop.engine.paymentMethods().lookUpSetUps(ada)).hasSize(1);
    shop.deliverAll();
    assertThat(shop.engine.paymentMethods().list(ada)).hasSize(1);
  }

  @Test
  void aCustomerWhoIsBackBeforeTheWebhookFindsTheCard() {
    UUID ada = shop.customer();
    var asked = shop.engine.paymentMethods().add(ada, "stripe", null, StripeWorld.RETURN_URL);
    String session =
        StripeEngine.lastPart(
            ((dev.innkeeper.billing.payment.AddMethodResult.Redirect) asked).url());
    assertThat(shop.engine.paymentMethods().lookUpSetUps(ada)).isEmpty();
    shop.world.stripe.with(
        b -> {
          b.enterCard(session, DoubleCard.GOOD, "fp_GOOD_" + ada);
          return null;
        });
    assertThat(shop.engine.paymentMethods().lookUpSetUps(ada)).hasSize(1);
    assertThat(shop.engine.paymentMethods().list(ada)).hasSize(1);
    shop.deliverAll();
    assertThat(shop.engine.paymentMethods().list(ada)).hasSize(1);
  }

  // --- pages of customers whom Stripe does not know yet -----------------------------------------

  @ParameterizedTest
  @CsvSource({
    "POST /v1/customers,         RESET_BEFORE",
    "POST /v1/customers,         RESET_AFTER",
    "POST /v1/checkout/sessions, RESET_BEFORE",
    "POST /v1/checkout/sessions, RESET_AFTER"
  })
  void aNewCustomersPageIsOpenedOnceHoweverManyPagesOthersHave(String call, Fault fault) {
    UUID eve = shop.customer();
    UUID invoice = shop.invoice(eve, "16.00");
    shop.engine.settlement().settle(eve);
    shop.world.stripe.failNext(call, fault);
    Payment page = shop.engine.settlement().payOnPage(eve, invoice, PAGE, shop.key());
    assertThat(page.state()).isEqualTo(PaymentState.UNKNOWN);
    pagesOfOthers();
    shop.world.advance(Duration.ofMinutes(10));
    shop.runDue();
    assertThat(state(page)).isEqualTo(PaymentState.ACTION_REQUIRED);
    payOpenPages();
    shop.deliverAll();
    assertThat(shop.engine.invoices().get(eve, invoice).status()).isEqualTo(InvoiceStatus.PAID);
    assertThat(shop.charges(eve)).isOne();
    assertThat(pagesOf(page)).isOne();
    shop.assertTruth();
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST /v1/customers", "POST /v1/checkout/sessions"})
  void aNewCustomersPageThatNeverWasGivesWayAfterADay(String call) {
    UUID eve = shop.customer();
    UUID invoice = shop.invoice(eve, "16.00");
    shop.engine.settlement().settle(eve);
    shop.world.stripe.failNext(call, Fault.RESET_BEFORE);
    Payment page = shop.engine.settlement().payOnPage(eve, invoice, PAGE, shop.key());
    pagesOfOthers();
    shop.world.advance(Duration.ofHours(25));
    shop.runDue();
    assertThat(state(page)).isEqualTo(PaymentState.CANCELLED);
    assertThat(pagesOf(page)).isZero();
    Payment again = shop.engine.settlement().payOnPage(eve, invoice, PAGE, shop.key());
    assertThat(again.state()).isEqualTo(PaymentState.ACTION_REQUIRED);
  }

  /** More than anybody would look through. */
  private void pagesOfOthers() {
    shop.world.stripe.with(
        b -> {
          for (int i = 0; i < 1_001; i++) {
            b.make("cs_test", "checkout.session");
          }
          return null;
        });
  }

  private int pagesOf(Payment payment) {
    String id = payment.id().toString();
    return shop.world.stripe.with(
        b -> b.all("checkout.session", s -> id.equals(s.get("client_reference_id"))).size());
  }

  // --- cards that change at Stripe, or here -----------------------------------------------------

  @Test
  void aCardThatIsRemovedHereIsDetachedAtStripeWhateverGoesWrong() {
    UUID ada = shop.customer();
    for (Fault fault : Fault.values()) {
      PaymentMethod card = shop.addCard(ada, DoubleCard.GOOD);
      shop.engine.paymentMethods().remove(ada, card.id());
      assertThat(owner(card)).as(fault.name()).isNotNull();
      shop.world.stripe.failNext("POST .*/detach", fault);
      shop.world.stripe.failNext("GET .*", fault);
      for (int round = 0; round < 12; round++) {
        shop.runDue();
        shop.world.advance(Duration.ofHours(6));
      }
      shop.world.stripe.forgetFaults();
      assertThat(owner(card)).as(fault.name()).isNull();
      int requests = shop.world.stripe.requests().size();
      shop.world.advance(Duration.ofDays(40));
      shop.runDue();
      assertThat(shop.world.stripe.requests()).as(fault.name()).hasSize(requests);
      shop.deliverAll();
    }
    assertThat(shop.engine.paymentMethods().list(ada)).isEmpty();
  }

  @Test
  void aCardThatIsEnteredTwiceIsDetachedOnceAndTheOtherStays() {
    UUID ada = shop.customerWith(DoubleCard.GOOD);
    PaymentMethod card = shop.engine.paymentMethods().list(ada).get(0);
    String entered = enterAgain(ada, DoubleCard.GOOD);
    shop.deliverAll();
    shop.runDue();
    assertThat(shop.world.stripe.<Object>with(b -> b.get(entered).get("customer"))).isNull();
    assertThat(owner(card)).isNotNull();
    shop.deliverAll();
    assertThat(shop.engine.paymentMethods().list(ada)).containsExactly(card);
    assertThat(shop.topUp(ada, TEN).state()).isEqualTo(PaymentState.SUCCEEDED);
  }

  @Test
  void aDisabledCardThatIsEnteredAnewIsDetachedByItsOldName() {
    UUID ada = shop.customerWith(DoubleCard.STOLEN);
    shop.topUp(ada, TEN);
    PaymentMethod disabled = shop.engine.paymentMethods().list(ada).get(0);
    assertThat(disabled.disabledCode()).isEqualTo("stolen_card");
    String entered = enterAgain(ada, DoubleCard.STOLEN);
    shop.deliverAll();
    shop.runDue();
    assertThat(owner(disabled)).isNull();
    PaymentMethod again = shop.engine.paymentMethods().list(ada).get(0);
    assertThat(again.id()).isEqualTo(disabled.id());
    assertThat(again.reference().methodReference()).isEqualTo(entered);
    assertThat(owner(again)).isNotNull();
  }

  @Test
  void aCardThatIsDetachedAtStripeIsRemovedHere() {
    UUID ada = shop.customerWith(DoubleCard.GOOD);
    PaymentMethod card = shop.engine.paymentMethods().list(ada).get(0);
    shop.world.stripe.with(b -> b.detach(card.reference().methodReference()));
    List<String> news = shop.world.stripe.takeEvents();
    for (int i = 0; i < 2; i++) {
      news.forEach(event -> assertThat(shop.deliver(event)).isTrue());
      assertThat(shop.engine.paymentMethods().list(ada)).isEmpty();
    }
    assertThat(types(ada)).filteredOn("payment-method.removed"::equals).hasSize(1);
    shop.runDue();
    assertThat(shop.world.stripe.requests()).noneMatch(r -> r.contains("/detach"));
  }

  @Test
  void aCardThatItsBankRenewedHasItsNewExpiryAndNumberHere() {
    UUID ada = shop.customerWith(DoubleCard.GOOD);
    PaymentMethod card = shop.engine.paymentMethods().list(ada).get(0);
    renew(card, 2041, "9876");
    List<String> news = shop.world.stripe.takeEvents();
    for (int i = 0; i < 2; i++) {
      news.forEach(event -> assertThat(shop.deliver(event)).isTrue());
      assertThat(shop.engine.paymentMethods().list(ada))
          .singleElement()
          .matches(c -> c.id().equals(card.id()))
          .matches(c -> c.last4().equals("9876"))
          .matches(c -> c.expiry().equals(YearMonth.of(2041, 12)));
    }
    renew(card, 2041, "9876");
    shop.deliverAll();
    assertThat(types(ada)).filteredOn("payment-method.updated"::equals).hasSize(1);
    // Its new number is what it goes by: entered once more it is known.
    String mark =
        shop.world.stripe.with(
            b ->
                String.valueOf(
                    ((Map<?, ?>) b.get(card.reference().methodReference()).get("card"))
                        .get("fingerprint")));
    enterAgain(ada, DoubleCard.GOOD, mark);
    shop.deliverAll();
    assertThat(shop.engine.paymentMethods().list(ada)).hasSize(1);
  }

  @Test
  void anExpiredCardThatItsBankRenewedPaysWhatIsOpen() {
    UUID ada = shop.customerWith(DoubleCard.EXPIRED);
    UUID invoice = shop.invoice(ada, "20.00");
    shop.engine.settlement().settle(ada);
    PaymentMethod card = shop.engine.paymentMethods().list(ada).get(0);
    assertThat(card.disabledCode()).isEqualTo("expired_card");
    renew(card, 2041, card.last4());
    shop.deliverAll();
    shop.world.advance(Duration.ofMinutes(1));
    shop.runDue();
    assertThat(shop.engine.invoices().get(ada, invoice).status()).isEqualTo(InvoiceStatus.PAID);
    assertThat(shop.charges(ada)).isOne();
    shop.assertTruth();
  }

  @Test
  void anExpiredCardThatIsEnteredAnewPaysWhatIsOpen() {
    UUID ada = shop.customerWith(DoubleCard.EXPIRED);
    UUID invoice = shop.invoice(ada, "20.00");
    shop.engine.settlement().settle(ada);
    enterAgain(ada, DoubleCard.GOOD, "fp_EXPIRED_" + ada);
    shop.deliverAll();
    assertThat(shop.engine.paymentMethods().list(ada)).hasSize(1);
    assertThat(shop.engine.invoices().get(ada, invoice).status()).isEqualTo(InvoiceStatus.PAID);
    shop.assertTruth();
  }

  @Test
  void aStolenCardIsNotChargedAgainBecauseOfANewExpiry() {
    UUID ada = shop.customerWith(DoubleCard.STOLEN);
    shop.topUp(ada, TEN);
    PaymentMethod card = shop.engine.paymentMethods().list(ada).get(0);
    renew(card, 2041, card.last4());
    shop.deliverAll();
    PaymentMethod after = shop.engine.paymentMethods().list(ada).get(0);
    assertThat(after.expiry()).isEqualTo(YearMonth.of(2041, 12));
    assertThat(after.isUsableAt(shop.world.now())).isFalse();
  }

  private void renew(PaymentMethod card, int expiryYear, String last4) {
    shop.world.stripe.with(
        b -> {
          b.renew(card.reference().methodReference(), expiryYear, last4);
          return null;
        });
  }

  /** Stripe's name of the customer whose card it is; null when it is nobody's. */
  private Object owner(PaymentMethod card) {
    return shop.world.stripe.<Object>with(
        b -> b.get(card.reference().methodReference()).get("customer"));
  }

  private String enterAgain(UUID customer, DoubleCard card) {
    return enterAgain(customer, card, "fp_" + card + "_" + customer);
  }

  /** Gives Stripe's name of what was entered. */
  private String enterAgain(UUID customer, DoubleCard card, String fingerprint) {
    AddMethodResult asked =
        shop.engine.paymentMethods().add(customer, "stripe", null, StripeWorld.RETURN_URL);
    String session = StripeEngine.lastPart(((AddMethodResult.Redirect) asked).url());
    return shop.world.stripe.with(
        b -> {
          b.enterCard(session, card, fingerprint);
          String intent = StripeBooks.text(b.get(session), "setup_intent");
          return StripeBooks.text(b.get(intent), "payment_method");
        });
  }

  private List<String> types(UUID customer) {
    return shop.engine.events().of(customer, 0, 500).stream().map(StoredEvent::type).toList();
  }

  // --- payouts ----------------------------------------------------------------------------------

  @Test
  void aPayoutIsTransferredOnceAndWhatComesBackIsInTheWallet() {
    UUID ada = shop.customerWith(DoubleCard.GOOD);
    shop.topUp(ada, StripeEngine.eur("50.00"));
    Payouts payouts = shop.engine.payouts();
    UUID id = payouts.request(ada, StripeEngine.eur("20.00"), "asked", "op", shop.key()).id();
    Payout sent = payouts.send(ada, id, "stripe", "acct_ada", "op");
    assertThat(sent.state()).isEqualTo(Payout.State.SENT);
    assertThat(sent.channel()).isEqualTo("stripe");
    assertThat(payouts.send(ada, id, "stripe", "acct_ada", "op")).isEqualTo(sent);
    assertThatThrownBy(() -> payouts.send(ada, id, "stripe", "acct_other", "op"))
        .isInstanceOf(NotAllowed.class);
    assertThatThrownBy(() -> payouts.cancel(ada, id, "op")).isInstanceOf(NotAllowed.class);
    assertThat(transfers()).isOne();
    shop.deliverAll();
    shop.assertTruth();

    String reference = String.valueOf(sent.reference());
    shop.world.stripe.with(b -> b.reverse(reference, Map.of("amount", "500")));
    shop.world.stripe.with(b -> b.reverse(reference, Map.of("amount", "300")));
    List<String> news = shop.world.stripe.takeEvents();
    for (int i = 0; i < 2; i++) {
      news.forEach(event -> assertThat(shop.deliver(event)).isTrue());
      assertThat(shop.engine.wallets().of(ada).cash()).isEqualTo(StripeEngine.eur("38.00"));
    }
    assertThat(types(ada)).filteredOn("payout.returned"::equals).hasSize(2);
    shop.assertTruth();
  }

  @Test
  void aPayoutThatStripeRefusesWaitsAgainAndCanGoElsewhere() {
    UUID ada = shop.customerWith(DoubleCard.GOOD);
    shop.topUp(ada, TEN);
    Payouts payouts = shop.engine.payouts();
    UUID id = payouts.request(ada, TEN, "asked", "op", shop.key()).id();
    Payout refused = payouts.send(ada, id, "stripe", "nobody", "op");
    assertThat(refused.state()).isEqualTo(Payout.State.WAITING);
    assertThat(refused.message()).contains("resource_missing");
    assertThat(payouts.waiting()).containsExactly(refused);
    assertThat(payouts.send(ada, id, "stripe", "acct_ada", "op").state())
        .isEqualTo(Payout.State.SENT);
    assertThat(transfers()).isOne();
    shop.assertTruth();
  }

  @Test
  void aPayoutOfWhichNobodyCanTellIsNeitherCancelledNorSentByHand() {
    UUID ada = shop.customerWith(DoubleCard.GOOD);
    shop.topUp(ada, TEN);
    shop.deliverAll();
    Payouts payouts = shop.engine.payouts();
    UUID id = payouts.request(ada, TEN, "asked", "op", shop.key()).id();
    shop.world.stripe.failNext("POST /v1/transfers", Fault.RESET_AFTER);
    shop.world.stripe.failNext("GET .*", Fault.ERROR_BEFORE);
    assertThat(payouts.send(ada, id, "stripe", "acct_ada", "op").state())
        .isEqualTo(Payout.State.SENDING);
    assertThatThrownBy(() -> payouts.cancel(ada, id, "op"))
        .isInstanceOf(NotAllowed.class)
        .hasMessageContaining("is sending it");
    assertThatThrownBy(() -> payouts.sent(ada, id, "bank", "B-1", "op"))
        .isInstanceOf(NotAllowed.class);
    // The news that it went is faster than the next look.
    shop.deliverAll();
    assertThat(payouts.get(ada, id).state()).isEqualTo(Payout.State.SENT);
    shop.assertTruth();
  }

  @Test
  void aPayoutWhoseProcessDiedBeforeItAskedIsSentByTheNext() {
    UUID ada = shop.customerWith(DoubleCard.GOOD);
    shop.topUp(ada, TEN);
    Payouts payouts = shop.engine.payouts();
    UUID id = payouts.request(ada, TEN, "asked", "op", shop.key()).id();
    shop.world.stripe.failNext("POST /v1/transfers", Fault.RESET_BEFORE);
    shop.world.stripe.failNext("GET .*", Fault.ERROR_BEFORE);
    assertThat(payouts.send(ada, id, "stripe", "acct_ada", "op").state())
        .isEqualTo(Payout.State.SENDING);
    assertThat(transfers()).isZero();
    shop.world.advance(Duration.ofMinutes(10));
    shop.runDue();
    assertThat(payouts.get(ada, id).state()).isEqualTo(Payout.State.SENT);
    assertThat(transfers()).isOne();
    shop.assertTruth();
  }

  private int transfers() {
    return shop.world.stripe.with(b -> b.all("transfer", t -> true).size());
  }

  private PaymentState state(Payment payment) {
    return shop.engine.payments().get(payment.customerId(), payment.id()).state();
  }

  private void payOpenPages() {
    shop.world.stripe.with(
        b -> {
          for (Map<String, Object> session :
              b.all("checkout.session", s -> "payment".equals(s.get("mode")))) {
            if ("open".equals(session.get("status"))) {
              b.pay(StripeBooks.text(session, "id"), DoubleCard.GOOD);
            }
          }
          return null;
        });
  }

  /** Runs them together; who is refused because another is at it, is refused. */
  private static void atOnce(Callable<?>... works) throws InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(works.length);
    CountDownLatch start = new CountDownLatch(1);
    try {
      List<Future<?>> futures = new ArrayList<>();
      for (Callable<?> work : works) {
        futures.add(
            threads.submit(
                () -> {
                  start.await();
                  return work.call();
                }));
      }
      start.countDown();
      for (Future<?> future : futures) {
        try {
          future.get();
        } catch (ExecutionException e) {
          assertThat(e.getCause()).isInstanceOf(NotAllowed.class);
        }
      }
    } finally {
      threads.shutdownNow();
    }
  }
}

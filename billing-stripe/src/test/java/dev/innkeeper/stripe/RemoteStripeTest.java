package dev.innkeeper.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.spi.ChargeRequest;
import dev.innkeeper.billing.payment.spi.ChargeRequest.Presence;
import dev.innkeeper.billing.payment.spi.ChargeResult;
import dev.innkeeper.billing.payment.spi.DetachResult;
import dev.innkeeper.billing.payment.spi.MethodReference;
import dev.innkeeper.billing.payment.spi.MethodSetUpRequest;
import dev.innkeeper.billing.payment.spi.MethodSetUpResult;
import dev.innkeeper.billing.payment.spi.OutgoingResult;
import dev.innkeeper.billing.payment.spi.PageChargeRequest;
import dev.innkeeper.billing.payment.spi.ProviderFinding;
import dev.innkeeper.billing.payment.spi.ProviderMovement;
import dev.innkeeper.billing.payment.spi.RefundRequest;
import dev.innkeeper.billing.time.Interval;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What the plugin needs of any server that speaks Stripe's API. Runs against the double, or where
 * {@code STRIPE_TEST_API_BASE} and {@code STRIPE_TEST_SECRET_KEY} say, such as Stripe's test mode:
 * it uses nothing but Stripe's own API and test cards.
 */
class RemoteStripeTest {
  private static final Amount TEN = Amount.parse("10.00", Currency.EUR);
  private static final ObjectMapper JSON = new ObjectMapper();

  private static StripeDouble stripe;
  private static String apiBase;
  private static String secretKey;
  private static StripeProvider provider;

  private final UUID customerId = UUID.randomUUID();
  private final Instant begin = Instant.now();

  @BeforeAll
  static void open() {
    apiBase = System.getenv("STRIPE_TEST_API_BASE");
    secretKey = System.getenv("STRIPE_TEST_SECRET_KEY");
    if (apiBase == null) {
      stripe = new StripeDouble(Clock.systemUTC());
      apiBase = stripe.address().toString();
      secretKey = StripeDouble.SECRET_KEY;
    }
    assertThat(secretKey).as("a key for test mode").matches("[sr]k_test_.*");
    provider =
        new StripeProvider(
            StripeSettings.of(
                Map.of(
                    "secretKey",
                    secretKey,
                    "mode",
                    "test",
                    "apiBase",
                    apiBase,
                    "returnUrl",
                    StripeWorld.RETURN_URL),
                Map.of()),
            Clock.systemUTC(),
            Clock.systemUTC(),
            Thread::sleep);
  }

  @AfterAll
  static void close() {
    if (stripe != null) {
      stripe.close();
    }
  }

  @Test
  void aChargeTakesOnceIsFoundAgainAndIsInTheBooks() throws Exception {
    ChargeRequest request = request(card("pm_card_visa"));
    List<String> heard = new ArrayList<>();
    ChargeResult.Succeeded taken = (ChargeResult.Succeeded) provider.charge(request, heard::add);
    assertThat(heard).containsExactly(taken.reference());
    assertThat(taken.amount()).isEqualTo(TEN);
    assertThat(provider.charge(request, heard::add)).isInstanceOf(ChargeResult.Succeeded.class);
    assertThat(provider.lookUp(request)).isInstanceOf(ChargeResult.Succeeded.class);
    List<ProviderMovement> booked =
        provider.movements(new Interval(begin.minusSeconds(60), Instant.now().plusSeconds(60)));
    assertThat(booked.stream().filter(m -> m.reference().equals(taken.reference())))
        .filteredOn(m -> m.kind() == ProviderMovement.Kind.CHARGE)
        .hasSize(1);
  }

  @Test
  void aRefundIsSentOnceAndNeverMoreThanIsLeft() throws Exception {
    String charge =
        ((ChargeResult.Succeeded) provider.charge(request(card("pm_card_visa")), r -> {}))
            .reference();
    RefundRequest refund = new RefundRequest(UUID.randomUUID(), charge, TEN, begin);
    OutgoingResult sent = provider.refund(refund);
    assertThat(sent).isInstanceOf(OutgoingResult.Succeeded.class);
    assertThat(provider.refund(refund)).isEqualTo(sent);
    assertThat(provider.lookUpRefund(refund)).isEqualTo(sent);
    RefundRequest more = new RefundRequest(UUID.randomUUID(), charge, TEN, begin);
    assertThat(provider.refund(more)).isInstanceOf(OutgoingResult.Refused.class);
  }

  @Test
  void aDeclineIsADecline() throws Exception {
    assertThat(provider.charge(request(card("pm_card_chargeCustomerFail")), r -> {}))
        .isInstanceOf(ChargeResult.Declined.class);
  }

  @Test
  void aBankThatAsksHasAPageAndCanBeCalledOff() throws Exception {
    ChargeRequest request = request(card("pm_card_authenticationRequired"));
    ChargeResult.ActionRequired asked =
        (ChargeResult.ActionRequired) provider.charge(request, r -> {});
    assertThat(asked.actionUrl()).startsWith("http");
    assertThat(provider.lookUp(request)).isInstanceOf(ChargeResult.ActionRequired.class);
    assertThat(provider.cancel(request)).isInstanceOf(ChargeResult.Declined.class);
    assertThat(provider.lookUp(request)).isInstanceOf(ChargeResult.Declined.class);
  }

  @Test
  void aCardThatIsDetachedStaysDetachedAndCantBeCharged() throws Exception {
    MethodReference card = card("pm_card_visa");
    assertThat(provider.detachMethod(card)).isInstanceOf(DetachResult.Detached.class);
    assertThat(provider.detachMethod(card)).isInstanceOf(DetachResult.Detached.class);
    assertThat(provider.charge(request(card), r -> {})).isInstanceOf(ChargeResult.Declined.class);
  }

  @Test
  void pagesOpenAndClose() {
    MethodSetUpResult.Redirect page =
        (MethodSetUpResult.Redirect)
            provider.setUpMethod(
                new MethodSetUpRequest(UUID.randomUUID(), customerId, null, null, null));
    assertThat(provider.lookUpSetUp(page.reference()))
        .isInstanceOf(MethodSetUpResult.Redirect.class);
    UUID attempt = UUID.randomUUID();
    List<String> heard = new ArrayList<>();
    assertThat(provider.chargeOnPage(payPage(attempt, null), heard::add))
        .isInstanceOf(ChargeResult.ActionRequired.class);
    // The customer's name and the page's: either is enough to find the page by.
    assertThat(heard).hasSize(2);
    assertThat(provider.lookUpPage(payPage(attempt, heard.get(0))))
        .isInstanceOf(ChargeResult.ActionRequired.class);
    assertThat(provider.cancelPage(payPage(attempt, heard.get(1))))
        .isInstanceOf(ChargeResult.Declined.class);
  }

  private PageChargeRequest payPage(UUID attempt, String reference) {
    return new PageChargeRequest(
        attempt,
        customerId,
        null,
        TEN,
        "a page of a test's",
        StripeWorld.RETURN_URL,
        reference,
        begin);
  }

  @Test
  void theDoctorFindsTheKeyGood() {
    assertThat(provider.diagnose())
        .filteredOn(finding -> finding.subject().equals("secret key"))
        .singleElement()
        .matches(finding -> finding.level() == ProviderFinding.Level.OK);
  }

  private ChargeRequest request(MethodReference card) {
    return new ChargeRequest(
        UUID.randomUUID(),
        customerId,
        card,
        TEN,
        "a charge of a test's",
        Presence.OFF_SESSION,
        null,
        begin);
  }

  /** One of Stripe's own test cards, for a new customer. */
  private static MethodReference card(String testMethod) throws Exception {
    String customer = post("/v1/customers", "description=innkeeper-test");
    String method = post("/v1/payment_methods/" + testMethod + "/attach", "customer=" + customer);
    return new MethodReference(method, customer);
  }

  private static String post(String path, String form) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(apiBase + path))
            .header("Authorization", "Bearer " + secretKey)
            .header("Idempotency-Key", UUID.randomUUID().toString())
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form))
            .build();
    HttpResponse<String> response =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JSON.readTree(response.body()).path("id").asText();
  }
}

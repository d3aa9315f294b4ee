package dev.innkeeper.server.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.innkeeper.server.TestServer;
import dev.innkeeper.server.TestServer.SignedUp;
import dev.innkeeper.server.client.ApiProblem;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Coupons, wishes for credit and money that people move, through the API. */
class PromotionApiTest {
  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static SignedUp customer() {
    return server.signUp("Ada");
  }

  private static void refused(ThrowingCallable call, int status, String text) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ApiProblem.class,
            e -> {
              assertThat(e.status()).isEqualTo(status);
              assertThat(e).hasMessageContaining(text);
            });
  }

  @Test
  void aCouponIsCreatedRedeemedAndWithdrawn() {
    JsonNode coupon =
        server
            .admin()
            .post(
                "/v1/admin/coupons",
                Map.of(
                    "code", "spring-20",
                    "name", "Spring",
                    "percent", "12.5",
                    "lasts", "periods",
                    "periods", 3,
                    "products", "site, store",
                    "redemptions", 10));
    assertThat(coupon.path("code").asText()).isEqualTo("SPRING-20");
    SignedUp ada = customer();
    JsonNode redeemed = ada.client().post("/v1/redemptions", Map.of("code", "Spring-20"), "once");
    assertThat(redeemed.at("/coupon/coupon/terms/periods").asInt()).isEqualTo(3);
    assertThat(ada.client().post("/v1/redemptions", Map.of("code", "Spring-20"), "once"))
        .isEqualTo(redeemed);
    assertThat(ada.client().get("/v1/coupons").path("items")).hasSize(1);
    refused(
        () -> ada.client().post("/v1/redemptions", Map.of("code", "SPRING-20")),
        422,
        "redeemed this coupon already");
    server.admin().post("/v1/admin/coupons/" + coupon.path("id").asText() + "/withdraw", Map.of());
    refused(
        () -> customer().client().post("/v1/redemptions", Map.of("code", "SPRING-20")),
        422,
        "withdrawn");
    refused(
        () ->
            server
                .admin()
                .post(
                    "/v1/admin/coupons",
                    Map.of("code", "X", "name", "X", "percent", "0.1234567", "lasts", "long")),
        400,
        "percent");
    refused(
        () -> ada.client().post("/v1/admin/coupons", Map.of("code", "MINE")), 403, "for admins");
  }

  @Test
  void badCodesSayWhatIsWrongWithThem() {
    SignedUp ada = customer();
    JsonNode issued =
        server.admin().post("/v1/admin/vouchers", Map.of("name", "Fair", "amount", "5.00"));
    String code = issued.at("/codes/0").asText();
    String mistyped = code.substring(0, 18) + (code.endsWith("2") ? "3" : "2");
    refused(() -> ada.client().post("/v1/redemptions", Map.of("code", mistyped)), 400, "mistyped");
    ada.client().post("/v1/redemptions", Map.of("code", code));
    refused(
        () -> customer().client().post("/v1/redemptions", Map.of("code", code)), 422, "used up");
    JsonNode dollars =
        server
            .admin()
            .post("/v1/admin/vouchers", Map.of("name", "US", "amount", "5.00", "currency", "USD"));
    refused(
        () -> ada.client().post("/v1/redemptions", Map.of("code", dollars.at("/codes/0").asText())),
        422,
        "another currency");
    JsonNode brief =
        server
            .admin()
            .post("/v1/admin/vouchers", Map.of("name", "Brief", "amount", "5.00", "validDays", 1));
    server.admin().post("/v1/admin/clock/advance", Map.of("by", "P2D"));
    refused(
        () -> ada.client().post("/v1/redemptions", Map.of("code", brief.at("/codes/0").asText())),
        422,
        "expired");
    refused(
        () -> ada.client().post("/v1/redemptions", Map.of("code", "NO-SUCH")), 422, "no voucher");
  }

  @Test
  void aWishForCreditIsAnswered() {
    SignedUp ada = customer();
    JsonNode asked =
        ada.client()
            .post("/v1/voucher-requests", Map.of("amount", "20.00", "reason", "We are a charity"));
    String path =
        "/v1/admin/customers/" + ada.id() + "/voucher-requests/" + asked.path("id").asText();
    assertThat(server.admin().get("/v1/admin/voucher-requests").path("items")).isNotEmpty();
    server.admin().post(path + "/approve", Map.of("amount", "15.00", "answer", "Gladly"));
    assertThat(ada.client().get("/v1/wallet").at("/voucher/amount").asText()).isEqualTo("15.00");
    assertThat(ada.client().get("/v1/voucher-requests").at("/items/0/answer").asText())
        .isEqualTo("Gladly");
    refused(() -> server.admin().post(path + "/reject", Map.of("answer", "No")), 422, "approved");
  }

  @Test
  void aBankTransferIsRecordedOnceAndLeavesAgain() {
    SignedUp ada = customer();
    String path = "/v1/admin/customers/" + ada.id();
    Map<String, Object> transfer =
        Map.of(
            "amount", "30.00", "reference", "TX-" + ada.id(), "receivedAt", "2026-01-01T00:00:00Z");
    JsonNode recorded = server.admin().post(path + "/external-payments", transfer, "k");
    assertThat(server.admin().post(path + "/external-payments", transfer, "k")).isEqualTo(recorded);
    refused(
        () -> server.admin().post(path + "/external-payments", transfer, "k2"),
        409,
        "recorded already");
    ada.client().post("/v1/cards", Map.of("token", "4242424242424242"), "card");
    ada.client().post("/v1/cards", Map.of("token", "4242424242424242"), "card");
    assertThat(ada.client().get("/v1/cards").path("items")).hasSize(1);
    JsonNode topUp = ada.client().post("/v1/top-ups", Map.of("amount", "10.00"));
    JsonNode refund =
        server
            .admin()
            .post(
                path + "/payments/" + topUp.path("id").asText() + "/refund",
                Map.of("amount", "4.00", "reason", "Asked"));
    assertThat(refund.path("state").asText()).isEqualTo("SUCCEEDED");
    assertThat(server.admin().get("/v1/admin/payments?state=succeeded").path("items")).isNotEmpty();
    JsonNode closed = server.admin().post(path + "/close", Map.of(), "close");
    assertThat(closed.at("/refunds/0/amount/amount").asText()).isEqualTo("6.00");
    assertThat(closed.at("/payout/amount/amount").asText()).isEqualTo("30.00");
    String payout = path + "/payouts/" + closed.at("/payout/id").asText();
    assertThat(
            server
                .admin()
                .post(payout + "/sent", Map.of("reference", "OUT-1"))
                .path("state")
                .asText())
        .isEqualTo("SENT");
    assertThat(ada.client().get("/v1/wallet").at("/cash/amount").asText()).isEqualTo("0.00");
    refused(() -> server.admin().get("/v1/admin/payments?state=lost"), 400, "state");
  }

  @Test
  void aProviderSendsAPayout() {
    SignedUp ada = customer();
    String path = "/v1/admin/customers/" + ada.id();
    server
        .admin()
        .post(path + "/external-payments", Map.of("amount", "30.00", "reference", "P-" + ada.id()));
    JsonNode payout =
        server.admin().post(path + "/payouts", Map.of("amount", "20.00", "reason", "Asked"));
    String send = path + "/payouts/" + payout.path("id").asText() + "/send";
    Map<String, String> way = Map.of("provider", "sandbox", "destination", "partner");
    refused(() -> server.admin().post(send, Map.of("provider", "sandbox")), 400, "destination");
    refused(() -> ada.client().post(send, way), 403, "");
    assertThat(server.admin().post(send, way).path("state").asText()).isEqualTo("SENT");
    assertThat(server.admin().post(send, way).path("destination").asText()).isEqualTo("partner");
    assertThat(ada.client().get("/v1/wallet").at("/cash/amount").asText()).isEqualTo("10.00");
  }

  @Test
  void aWalletHasAnOutlookAndARule() {
    SignedUp ada = customer();
    assertThat(ada.client().get("/v1/wallet/outlook").path("points")).hasSize(11);
    ada.client().post("/v1/wallet/rule", Map.of("threshold", "5.00", "topUp", "20.00"));
    assertThat(ada.client().get("/v1/wallet/rule").at("/rule/topUp/amount").asText())
        .isEqualTo("20.00");
    ada.client().delete("/v1/wallet/rule");
    assertThat(ada.client().get("/v1/wallet/rule").path("rule").isNull()).isTrue();
    assertThat(server.admin().get("/v1/admin/reminders").path("items").isArray()).isTrue();
  }
}

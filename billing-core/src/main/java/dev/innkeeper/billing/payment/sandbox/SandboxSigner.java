package dev.innkeeper.billing.payment.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.spi.OutgoingResult;
import dev.innkeeper.billing.payment.spi.ProviderNotice;
import dev.innkeeper.billing.payment.spi.ProviderNotice.DisputeState;
import dev.innkeeper.billing.payment.spi.RefundRequest;
import dev.innkeeper.billing.payment.spi.WebhookResult;
import dev.innkeeper.billing.problem.BillingException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Writes the sandbox's webhooks and reads them back, checking signature and time. */
final class SandboxSigner {
  static final String SIGNATURE_HEADER = "sandbox-signature";
  private static final Duration TOLERANCE = Duration.ofMinutes(5);

  private final byte[] secret;
  private final Clock clock;
  private final ObjectMapper json = BillingJson.mapper();

  SandboxSigner(String secret, Clock clock) {
    this.secret = secret.getBytes(StandardCharsets.UTF_8);
    this.clock = clock;
  }

  SandboxWebhook charge(SandboxBooks.Charge charge) {
    ObjectNode body = body("charge", charge.amount());
    body.put("attemptId", charge.attemptId().toString());
    body.put("reference", charge.reference());
    body.put("status", charge.status().name());
    body.put("declineCode", charge.declineCode());
    body.put("fee", charge.fee().toPlainString());
    return sign(body, charge.reference() + ":" + charge.status());
  }

  SandboxWebhook refund(RefundRequest request, String reference) {
    ObjectNode body = body("refund", request.amount());
    body.put("refundId", request.refundId().toString());
    body.put("reference", reference);
    body.put("charge", request.chargeReference());
    return sign(body, reference);
  }

  SandboxWebhook refundOutside(RefundRequest request, String reference) {
    ObjectNode body = body("refund", request.amount());
    body.put("reference", reference);
    body.put("charge", request.chargeReference());
    return sign(body, reference);
  }

  SandboxWebhook dispute(SandboxBooks.Charge charge, DisputeState state, Amount fee) {
    ObjectNode body = body("dispute", charge.amount());
    body.put("reference", SandboxBooks.disputeReference(charge));
    body.put("charge", charge.reference());
    body.put("status", state.name());
    body.put("fee", fee.toPlainString());
    return sign(body, SandboxBooks.disputeReference(charge) + ":" + state);
  }

  WebhookResult parse(Map<String, String> headers, byte[] rawBody) {
    String problem = verify(headers.getOrDefault(SIGNATURE_HEADER, ""), rawBody);
    if (!problem.isEmpty()) {
      return new WebhookResult.Rejected(problem);
    }
    try {
      return new WebhookResult.Accepted(List.of(notice(json.readTree(rawBody))));
    } catch (IOException | IllegalArgumentException | BillingException e) {
      return new WebhookResult.Rejected("the body can't be read: " + e.getClass().getSimpleName());
    }
  }

  private static ProviderNotice notice(JsonNode body) {
    String id = body.path("id").asText();
    Currency currency = Currency.of(body.path("currency").asText());
    Amount amount = Amount.parse(body.path("amount").asText(), currency);
    String reference = body.path("reference").asText();
    return switch (body.path("type").asText()) {
      case "charge" -> {
        SandboxBooks.Charge charge =
            new SandboxBooks.Charge(
                UUID.fromString(body.path("attemptId").asText()),
                reference,
                amount,
                SandboxBooks.Status.valueOf(body.path("status").asText()),
                body.path("declineCode").asText(null),
                Amount.parse(body.path("fee").asText(), currency),
                false,
                false);
        yield new ProviderNotice.ChargeChanged(id, charge.attemptId(), charge.result());
      }
      case "refund" -> {
        String refundId = body.path("refundId").asText(null);
        yield new ProviderNotice.RefundChanged(
            id,
            refundId == null ? null : UUID.fromString(refundId),
            reference,
            body.path("charge").asText(),
            amount,
            new OutgoingResult.Succeeded(reference));
      }
      case "dispute" ->
          new ProviderNotice.DisputeChanged(
              id,
              reference,
              body.path("charge").asText(),
              DisputeState.valueOf(body.path("status").asText()),
              amount,
              Amount.parse(body.path("fee").asText(), currency));
      default -> new ProviderNotice.Ignored(id);
    };
  }

  private ObjectNode body(String type, Amount amount) {
    ObjectNode body = json.createObjectNode();
    body.put("type", type);
    body.put("amount", amount.toPlainString());
    body.put("currency", amount.currency().code());
    return body;
  }

  private SandboxWebhook sign(ObjectNode body, String id) {
    body.put("id", "sbx_evt_" + id);
    byte[] bytes = BillingJson.write(json, body).getBytes(StandardCharsets.UTF_8);
    long seconds = clock.instant().getEpochSecond();
    String signature = "t=" + seconds + ",v1=" + HexFormat.of().formatHex(mac(seconds, bytes));
    return new SandboxWebhook(Map.of(SIGNATURE_HEADER, signature), bytes);
  }

  /** What is wrong with the signature; empty when nothing is. */
  private String verify(String header, byte[] rawBody) {
    if (!header.matches("t=[0-9]{1,12},v1=[0-9a-f]{64}")) {
      return "the signature is missing or malformed";
    }
    int comma = header.indexOf(',');
    long seconds = Long.parseLong(header.substring(2, comma));
    byte[] claimed = HexFormat.of().parseHex(header.substring(comma + 4));
    if (!MessageDigest.isEqual(claimed, mac(seconds, rawBody))) {
      return "the signature is wrong";
    }
    long ageSeconds = Math.abs(clock.instant().getEpochSecond() - seconds);
    return ageSeconds > TOLERANCE.toSeconds() ? "the signature's time is off by minutes" : "";
  }

  private byte[] mac(long seconds, byte[] body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      mac.update((seconds + ".").getBytes(StandardCharsets.UTF_8));
      return mac.doFinal(body);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }
}

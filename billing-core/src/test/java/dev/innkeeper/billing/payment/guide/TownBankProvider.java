package dev.innkeeper.billing.payment.guide;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.spi.ChargeJournal;
import dev.innkeeper.billing.payment.spi.ChargeRequest;
import dev.innkeeper.billing.payment.spi.ChargeResult;
import dev.innkeeper.billing.payment.spi.ChargeResult.DeclineKind;
import dev.innkeeper.billing.payment.spi.MethodDetails;
import dev.innkeeper.billing.payment.spi.MethodReference;
import dev.innkeeper.billing.payment.spi.MethodSetUpRequest;
import dev.innkeeper.billing.payment.spi.MethodSetUpResult;
import dev.innkeeper.billing.payment.spi.OutgoingResult;
import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.payment.spi.ProviderMovement;
import dev.innkeeper.billing.payment.spi.ProviderNotice;
import dev.innkeeper.billing.payment.spi.RefundRequest;
import dev.innkeeper.billing.payment.spi.TransferRequest;
import dev.innkeeper.billing.payment.spi.WebhookResult;
import dev.innkeeper.billing.time.Interval;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A provider as small as can be: charges and webhooks, no refunds. Thread-safe, as its bank is. */
final class TownBankProvider implements PaymentProvider {
  private static final OutgoingResult NEVER =
      new OutgoingResult.Refused("not_possible", "the town's bank only takes");

  private final TownBank bank;
  private final String secret;
  private final Clock clock;

  TownBankProvider(TownBank bank, String secret, Clock clock) {
    this.bank = bank;
    this.secret = secret;
    this.clock = clock;
  }

  // guide: itself
  @Override
  public String code() {
    return "town-bank";
  }

  @Override
  public Set<Capability> capabilities() {
    return Set.of();
  }

  @Override
  public boolean supports(Currency currency) {
    return currency.equals(Currency.EUR);
  }

  @Override
  public Amount minimumCharge(Currency currency) {
    return Amount.parse("0.50", currency);
  }

  @Override
  public Duration idempotencyWindow() {
    return Duration.ofDays(365);
  }

  // end
  @Override
  public MethodSetUpResult setUpMethod(MethodSetUpRequest request) {
    String token = request.token() == null ? "" : request.token();
    return new MethodSetUpResult.Ready(
        new MethodDetails(new MethodReference(token, null), token, "town", "0001", 12, 2099));
  }

  // guide: charge
  @Override
  public ChargeResult charge(ChargeRequest request, ChargeJournal journal) {
    try {
      TownBank.Order order =
          bank.note(request.attemptId(), request.amount(), request.method().methodReference());
      if (!order.amount().equals(request.amount())) {
        return new ChargeResult.Unknown(order.reference(), "another amount under the same id");
      }
      journal.reference(order.reference());
      return result(bank.carryOut(order.reference()));
    } catch (TownBank.NoAnswer e) {
      return new ChargeResult.Unknown(request.reference(), "the bank did not answer");
    }
  }

  @Override
  public ChargeResult lookUp(ChargeRequest request) {
    try {
      return bank.find(request.attemptId())
          .map(TownBankProvider::result)
          .orElse(new ChargeResult.Absent());
    } catch (TownBank.NoAnswer e) {
      return new ChargeResult.Unknown(request.reference(), "the bank did not answer");
    }
  }

  private static ChargeResult result(TownBank.Order order) {
    return switch (order.status()) {
      case NOTED -> new ChargeResult.Absent();
      case ASKING ->
          new ChargeResult.ActionRequired(
              order.reference(), "https://bank.example/" + order.reference());
      case TAKEN -> new ChargeResult.Succeeded(order.reference(), order.amount(), null);
      case DECLINED ->
          new ChargeResult.Declined(
              order.reference(),
              order.why().equals("stolen_card") ? DeclineKind.HARD : DeclineKind.SOFT,
              order.why(),
              "The card was declined.");
    };
  }

  // end
  @Override
  public ChargeResult cancel(ChargeRequest request) {
    return lookUp(request);
  }

  @Override
  public OutgoingResult refund(RefundRequest request) {
    return NEVER;
  }

  @Override
  public OutgoingResult lookUpRefund(RefundRequest request) {
    return NEVER;
  }

  @Override
  public OutgoingResult transfer(TransferRequest request) {
    return NEVER;
  }

  @Override
  public OutgoingResult lookUpTransfer(TransferRequest request) {
    return NEVER;
  }

  @Override
  public List<ProviderMovement> movements(Interval time) {
    return List.of();
  }

  // guide: webhook
  @Override
  public WebhookResult parseWebhook(Map<String, String> headers, byte[] rawBody) {
    String time = headers.getOrDefault("bank-time", "");
    String claimed = headers.getOrDefault("bank-signature", "");
    byte[] expected = sign(secret, time, rawBody).getBytes(StandardCharsets.UTF_8);
    if (!MessageDigest.isEqual(expected, claimed.getBytes(StandardCharsets.UTF_8))) {
      return new WebhookResult.Rejected("the signature is wrong");
    }
    long off = Math.abs(clock.instant().getEpochSecond() - Long.parseLong(time));
    if (off > 300) {
      return new WebhookResult.Rejected("it is off by " + off + " s");
    }
    // Old news, perhaps: the bank is asked how things are.
    UUID attempt = UUID.fromString(new String(rawBody, StandardCharsets.UTF_8));
    ChargeResult now = bank.find(attempt).map(TownBankProvider::result).orElseThrow();
    String noticeId = attempt + ":" + now.getClass().getSimpleName();
    return new WebhookResult.Accepted(
        List.of(new ProviderNotice.ChargeChanged(noticeId, attempt, now)));
  }

  // end

  static String sign(String secret, String time, byte[] body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      mac.update((time + ".").getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }
}

package dev.innkeeper.billing.payment.sandbox;

import dev.innkeeper.billing.db.Database;
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
import dev.innkeeper.billing.payment.spi.ProviderNotice.DisputeState;
import dev.innkeeper.billing.payment.spi.RefundRequest;
import dev.innkeeper.billing.payment.spi.TransferRequest;
import dev.innkeeper.billing.payment.spi.WebhookResult;
import dev.innkeeper.billing.problem.NotFound;
import dev.innkeeper.billing.time.Interval;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * A provider without a bank: it knows the numbers everybody tests with, keeps books of its own in
 * the engine's database, and can be told to fail. A method's token is its card number, optionally
 * followed by {@code :MM/YYYY}. Takes 1.5 % of every charge as its fee. Thread-safe.
 *
 * <p>Its books outlive the process, so that what it says after a restart is what it did before.
 */
public final class SandboxProvider implements PaymentProvider {
  public static final String CODE = "sandbox";
  private static final int SCRIPT_LENGTH_MAX = 1_000;
  private static final BigDecimal FEE_RATE = new BigDecimal("0.015");

  /** What the customer tells the bank. */
  public enum Answer {
    APPROVED,
    REJECTED
  }

  private final SandboxBooks books;
  private final SandboxSigner signer;
  private final Clock clock;
  private final Deque<SandboxFault> script = new ArrayDeque<>();
  private final Deque<SandboxWebhook> webhooks = new ArrayDeque<>();

  /** A sandbox whose webhooks are signed with the secret. */
  public SandboxProvider(Database db, Clock clock, String webhookSecret) {
    this.books = new SandboxBooks(db, clock);
    this.signer = new SandboxSigner(webhookSecret, clock);
    this.clock = clock;
  }

  /** A secret that nobody else has. */
  public static String newSecret() {
    byte[] secret = new byte[32];
    new SecureRandom().nextBytes(secret);
    return HexFormat.of().formatHex(secret);
  }

  /** Adds faults for the next charges, one a charge, at most 1,000 at a time. */
  public void script(SandboxFault... faults) {
    synchronized (script) {
      if (script.size() + faults.length > SCRIPT_LENGTH_MAX) {
        throw new IllegalStateException("the script holds " + SCRIPT_LENGTH_MAX + " faults");
      }
      script.addAll(Arrays.asList(faults));
    }
  }

  @Override
  public String code() {
    return CODE;
  }

  @Override
  public Set<Capability> capabilities() {
    return EnumSet.of(
        Capability.REFUND, Capability.TRANSFER, Capability.CANCEL, Capability.MOVEMENTS);
  }

  @Override
  public Mode mode() {
    return Mode.TEST;
  }

  @Override
  public boolean supports(Currency currency) {
    return currency.minorDigits() <= 3;
  }

  /** Half a major unit; 50 units of currencies without decimals. */
  @Override
  public Amount minimumCharge(Currency currency) {
    return Amount.ofMinor(Math.max(50, currency.minorPerMajor() / 2), currency);
  }

  @Override
  public Duration idempotencyWindow() {
    return Duration.ofHours(24);
  }

  @Override
  public MethodSetUpResult setUpMethod(MethodSetUpRequest request) {
    String token = request.token();
    if (token == null) {
      return new MethodSetUpResult.Refused("no_token", "Enter a card number.");
    }
    String[] parts = token.replace(" ", "").split(":", 2);
    Optional<SandboxCard> found = SandboxCard.of(parts[0]);
    if (found.isEmpty()) {
      return new MethodSetUpResult.Refused(
          "unknown_card", "The sandbox knows test cards only, such as 4242 4242 4242 4242.");
    }
    SandboxCard card = found.get();
    LocalDate today = clock.instant().atZone(ZoneOffset.UTC).toLocalDate();
    LocalDate expiry = today.plusYears(3);
    if (parts.length == 2) {
      if (!parts[1].matches("(0[1-9]|1[0-2])/20[0-9]{2}")) {
        return new MethodSetUpResult.Refused("invalid_expiry", "Write the expiry as 12/2030.");
      }
      int month = Integer.parseInt(parts[1].substring(0, 2));
      expiry = LocalDate.of(Integer.parseInt(parts[1].substring(3)), month, 1).plusMonths(1);
      expiry = expiry.minusDays(1);
      if (expiry.isBefore(today)) {
        return new MethodSetUpResult.Refused("expired_card", "The card has expired.");
      }
    }
    if (card.behaviour() == SandboxCard.Behaviour.REFUSED_AT_SET_UP) {
      return new MethodSetUpResult.Refused(card.code(), SandboxCard.messageOf(card.code()));
    }
    MethodReference reference =
        new MethodReference(
            "sbx_pm_" + parts[0] + "_" + request.setUpId(), "sbx_cus_" + request.customerId());
    return new MethodSetUpResult.Ready(
        new MethodDetails(
            reference,
            "sbx_fp_" + parts[0],
            card.brand(),
            parts[0].substring(parts[0].length() - 4),
            expiry.getMonthValue(),
            expiry.getYear()));
  }

  @Override
  public ChargeResult charge(ChargeRequest request, ChargeJournal journal) {
    SandboxFault fault = nextFault();
    if (fault == SandboxFault.EXCEPTION) {
      throw new IllegalStateException("scripted failure");
    }
    if (fault == SandboxFault.TIMEOUT_BEFORE_CHARGE) {
      return new ChargeResult.Unknown(null, "scripted: the request timed out");
    }
    journal.reference(SandboxBooks.chargeReference(request.attemptId()));
    String number = cardNumber(request.method());
    SandboxCard card = SandboxCard.of(number).orElseThrow();
    SandboxBooks.Charge charge = books.charge(request, number, decide(fault, card, request));
    if (charge.isNew() && charge.status() == SandboxBooks.Status.SUCCEEDED) {
      webhooks(signer.charge(charge));
      if (card.behaviour() == SandboxCard.Behaviour.DISPUTED_LATER) {
        dispute(charge.reference(), DisputeState.OPENED);
      }
    }
    if (fault == SandboxFault.TIMEOUT_AFTER_CHARGE || fault == SandboxFault.TIMEOUT_AND_SLOW) {
      return new ChargeResult.Unknown(charge.reference(), "scripted: the answer was lost");
    }
    return charge.result();
  }

  private SandboxBooks.Decision decide(
      SandboxFault fault, SandboxCard card, ChargeRequest request) {
    boolean slow = fault == SandboxFault.TIMEOUT_AND_SLOW;
    Amount fee =
        Amount.round(
            request.amount().toDecimal().multiply(FEE_RATE),
            request.amount().currency(),
            RoundingMode.HALF_UP);
    return switch (fault) {
      case SOFT_DECLINE -> SandboxBooks.Decision.decline("insufficient_funds");
      case HARD_DECLINE -> SandboxBooks.Decision.decline("stolen_card");
      case ACTION_REQUIRED -> SandboxBooks.Decision.ask(fee);
      default ->
          switch (card.behaviour()) {
            case REFUSED_AT_SET_UP, SOFT_DECLINE -> SandboxBooks.Decision.decline(card.code());
            case ASKS -> SandboxBooks.Decision.ask(fee);
            case ASKS_FIRST_TIME ->
                books.hasSucceeded(cardNumber(request.method()))
                    ? SandboxBooks.Decision.take(fee, slow)
                    : SandboxBooks.Decision.ask(fee);
            case SUCCEEDS, DISPUTED_LATER -> SandboxBooks.Decision.take(fee, slow);
          };
    };
  }

  @Override
  public ChargeResult lookUp(ChargeRequest request) {
    Optional<SandboxBooks.Charge> charge = books.find(request.attemptId());
    if (charge.isEmpty()) {
      return new ChargeResult.Absent();
    }
    return charge.get().hidden()
        ? new ChargeResult.Unknown(charge.get().reference(), "scripted: not known yet")
        : charge.get().result();
  }

  @Override
  public ChargeResult cancel(ChargeRequest request) {
    books.cancel(request.attemptId());
    return lookUp(request);
  }

  @Override
  public OutgoingResult refund(RefundRequest request) {
    OutgoingResult result = books.refund(request);
    if (result instanceof OutgoingResult.Succeeded succeeded) {
      webhooks(signer.refund(request, succeeded.reference()));
    }
    return result;
  }

  @Override
  public OutgoingResult lookUpRefund(RefundRequest request) {
    return books.outgoing(request.refundId());
  }

  @Override
  public OutgoingResult transfer(TransferRequest request) {
    return books.transfer(request);
  }

  @Override
  public OutgoingResult lookUpTransfer(TransferRequest request) {
    return books.outgoing(request.transferId());
  }

  @Override
  public WebhookResult parseWebhook(Map<String, String> headers, byte[] rawBody) {
    return signer.parse(headers, rawBody);
  }

  @Override
  public List<ProviderMovement> movements(Interval time) {
    return books.movements(time);
  }

  /**
   * The customer answers the bank's question about a charge.
   *
   * @param reference the last part of the charge's action URL
   * @throws NotFound when no charge has the reference
   */
  public void authenticate(String reference, Answer answer) {
    SandboxBooks.Charge charge = books.authenticate(reference, answer);
    webhooks(signer.charge(charge));
  }

  /** Lets look-ups see a charge that was scripted {@link SandboxFault#TIMEOUT_AND_SLOW}. */
  public void reveal(UUID attemptId) {
    books.reveal(attemptId);
  }

  /**
   * The customer's bank opens or closes a dispute about a charge: the whole amount, and a fee of 15
   * major units when it opens.
   */
  public void dispute(String chargeReference, DisputeState state) {
    SandboxBooks.Charge charge = books.byReference(chargeReference);
    Amount fee = Amount.of("fee", BigDecimal.valueOf(15), charge.amount().currency());
    if (books.recordDispute(charge, state, fee)) {
      webhooks(signer.dispute(charge, state, fee));
    }
  }

  /** Refunds a charge outside the engine, as an operator would on the provider's pages. */
  public void refundOutside(String chargeReference, Amount amount) {
    RefundRequest request =
        new RefundRequest(UUID.randomUUID(), chargeReference, amount, clock.instant());
    if (books.refund(request) instanceof OutgoingResult.Succeeded succeeded) {
      webhooks(signer.refundOutside(request, succeeded.reference()));
    }
  }

  /** Webhooks that wait to be delivered, oldest first; they are forgotten here. */
  public List<SandboxWebhook> takeWebhooks() {
    synchronized (webhooks) {
      List<SandboxWebhook> taken = List.copyOf(webhooks);
      webhooks.clear();
      return taken;
    }
  }

  private void webhooks(SandboxWebhook webhook) {
    synchronized (webhooks) {
      if (webhooks.size() == SCRIPT_LENGTH_MAX) {
        webhooks.removeFirst();
      }
      webhooks.addLast(webhook);
    }
  }

  private SandboxFault nextFault() {
    synchronized (script) {
      SandboxFault fault = script.pollFirst();
      return fault == null ? SandboxFault.NONE : fault;
    }
  }

  private static String cardNumber(MethodReference method) {
    return method.methodReference().split("_", 4)[2];
  }

  /** A decline as the engine gets it. */
  static ChargeResult declined(String reference, String code) {
    DeclineKind kind = SandboxCard.kindOf(code);
    return new ChargeResult.Declined(reference, kind, code, SandboxCard.messageOf(code));
  }
}

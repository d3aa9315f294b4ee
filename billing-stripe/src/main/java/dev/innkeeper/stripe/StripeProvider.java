package dev.innkeeper.stripe;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.spi.ChargeJournal;
import dev.innkeeper.billing.payment.spi.ChargeRequest;
import dev.innkeeper.billing.payment.spi.ChargeResult;
import dev.innkeeper.billing.payment.spi.DetachResult;
import dev.innkeeper.billing.payment.spi.MethodReference;
import dev.innkeeper.billing.payment.spi.MethodSetUpRequest;
import dev.innkeeper.billing.payment.spi.MethodSetUpResult;
import dev.innkeeper.billing.payment.spi.OutgoingResult;
import dev.innkeeper.billing.payment.spi.PageChargeRequest;
import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.payment.spi.ProviderFinding;
import dev.innkeeper.billing.payment.spi.ProviderMovement;
import dev.innkeeper.billing.payment.spi.RefundRequest;
import dev.innkeeper.billing.payment.spi.ReversalRequest;
import dev.innkeeper.billing.payment.spi.TransferRequest;
import dev.innkeeper.billing.payment.spi.WebhookResult;
import dev.innkeeper.billing.time.Interval;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Stripe. Holds no state but its connections; thread-safe. */
final class StripeProvider implements PaymentProvider {
  static final String CODE = "stripe";

  private final StripeSettings settings;
  private final StripeCurrencies currencies;
  private final Charges charges;
  private final Pages pages;
  private final Outgoing outgoing;
  private final Movements movements;
  private final Webhooks webhooks;
  private final Doctor doctor;

  /**
   * @param clock the engine's, by which the ages of its requests go
   * @param worldClock the world's, by which Stripe goes
   */
  StripeProvider(StripeSettings settings, Clock clock, Clock worldClock, StripeCalls.Pause pause) {
    Parts parts =
        new Parts(settings, new StripeCalls(settings, pause), new Ages(clock), worldClock);
    this.settings = settings;
    this.currencies = new StripeCurrencies(settings.minimums());
    this.charges = new Charges(parts.calls(), settings, parts.ages());
    this.pages = new Pages(parts.calls(), settings, parts.ages(), charges);
    this.outgoing = new Outgoing(parts.calls(), parts.ages(), charges);
    this.movements = new Movements(parts.calls(), parts.ages());
    this.webhooks =
        new Webhooks(
            parts,
            new Webhooks.Asked(charges, pages, outgoing),
            new Signature(settings.webhookSecrets(), worldClock));
    this.doctor = new Doctor(parts);
  }

  /** What the parts of the provider stand on. */
  record Parts(StripeSettings settings, StripeCalls calls, Ages ages, Clock worldClock) {}

  @Override
  public String code() {
    return CODE;
  }

  @Override
  public Set<Capability> capabilities() {
    return EnumSet.allOf(Capability.class);
  }

  @Override
  public Mode mode() {
    return settings.mode();
  }

  @Override
  public boolean supports(Currency currency) {
    return currencies.supports(currency);
  }

  @Override
  public Amount minimumCharge(Currency currency) {
    return currencies.minimum(currency);
  }

  @Override
  public Duration idempotencyWindow() {
    return Ages.WINDOW;
  }

  @Override
  public MethodSetUpResult setUpMethod(MethodSetUpRequest request) {
    return pages.setUp(request);
  }

  @Override
  public MethodSetUpResult lookUpSetUp(String reference) {
    return pages.lookUpSetUp(reference);
  }

  @Override
  public DetachResult detachMethod(MethodReference method) {
    return pages.detach(method);
  }

  @Override
  public ChargeResult charge(ChargeRequest request, ChargeJournal journal) {
    return charges.charge(request, journal);
  }

  @Override
  public ChargeResult lookUp(ChargeRequest request) {
    return charges.lookUp(request);
  }

  @Override
  public ChargeResult cancel(ChargeRequest request) {
    return charges.cancel(request);
  }

  @Override
  public ChargeResult chargeOnPage(PageChargeRequest request, ChargeJournal journal) {
    return pages.charge(request, journal);
  }

  @Override
  public ChargeResult lookUpPage(PageChargeRequest request) {
    return pages.lookUp(request);
  }

  @Override
  public ChargeResult cancelPage(PageChargeRequest request) {
    return pages.cancel(request);
  }

  @Override
  public OutgoingResult refund(RefundRequest request) {
    return outgoing.refund(request);
  }

  @Override
  public OutgoingResult lookUpRefund(RefundRequest request) {
    return outgoing.lookUpRefund(request);
  }

  @Override
  public OutgoingResult transfer(TransferRequest request) {
    return outgoing.transfer(request);
  }

  @Override
  public OutgoingResult lookUpTransfer(TransferRequest request) {
    return outgoing.lookUpTransfer(request);
  }

  @Override
  public OutgoingResult reverseTransfer(ReversalRequest request) {
    return outgoing.reverse(request);
  }

  @Override
  public OutgoingResult lookUpReversal(ReversalRequest request) {
    return outgoing.lookUpReversal(request);
  }

  @Override
  public WebhookResult parseWebhook(Map<String, String> headers, byte[] rawBody) {
    return webhooks.parse(headers, rawBody);
  }

  @Override
  public List<ProviderMovement> movements(Interval time) {
    return movements.in(time);
  }

  @Override
  public List<ProviderFinding> diagnose() {
    return doctor.diagnose();
  }
}

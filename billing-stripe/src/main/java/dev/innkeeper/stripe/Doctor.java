package dev.innkeeper.stripe;

import com.stripe.Stripe;
import com.stripe.model.Balance;
import com.stripe.model.StripeCollection;
import com.stripe.model.WebhookEndpoint;
import com.stripe.param.WebhookEndpointListParams;
import dev.innkeeper.billing.payment.spi.PaymentProvider.Mode;
import dev.innkeeper.billing.payment.spi.ProviderFinding;
import dev.innkeeper.billing.payment.spi.ProviderFinding.Level;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Looks at what can be set up wrong, and says how to mend it. Changes nothing. */
final class Doctor {
  /** What the plugin acts on; anything else is accepted and ignored. */
  static final Set<String> EVENTS =
      Set.of(
          "charge.dispute.closed",
          "charge.dispute.created",
          "charge.dispute.funds_reinstated",
          "charge.dispute.funds_withdrawn",
          "charge.dispute.updated",
          "charge.refunded",
          "charge.updated",
          "checkout.session.completed",
          "checkout.session.expired",
          "payment_intent.canceled",
          "payment_intent.payment_failed",
          "payment_intent.processing",
          "payment_intent.requires_action",
          "payment_intent.succeeded",
          "payment_method.automatically_updated",
          "payment_method.detached",
          "refund.created",
          "refund.failed",
          "refund.updated",
          "setup_intent.succeeded",
          "transfer.created",
          "transfer.reversed");

  private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(60);

  private final StripeCalls calls;
  private final StripeSettings settings;
  private final Ages ages;
  private final Clock worldClock;

  Doctor(StripeProvider.Parts parts) {
    this.calls = parts.calls();
    this.settings = parts.settings();
    this.ages = parts.ages();
    this.worldClock = parts.worldClock();
  }

  List<ProviderFinding> diagnose() {
    List<ProviderFinding> findings = new ArrayList<>();
    Deadline deadline = ages.deadline();
    Reply<Balance> balance =
        calls.ask(deadline, (stripe, options) -> stripe.balance().retrieve(options));
    if (!(balance instanceof Reply.Done<Balance> done)) {
      findings.add(key(balance));
      findings.add(secret());
      return findings;
    }
    boolean isLive = Boolean.TRUE.equals(done.value().getLivemode());
    findings.add(
        isLive == (settings.mode() == Mode.LIVE)
            ? ok("secret key", "Stripe accepts it, in " + settings.mode() + " mode")
            : problem("secret key", "it says " + settings.mode() + ", Stripe says otherwise"));
    findings.add(clock(done.value()));
    findings.add(secret());
    endpoints(findings, deadline);
    return findings;
  }

  private static ProviderFinding key(Reply<Balance> reply) {
    if (reply instanceof Reply.Refused<Balance> refused && refused.status() == 401) {
      return problem(
          "secret key",
          "Stripe refuses it: take a valid one from Developers > API keys in the dashboard");
    }
    if (reply instanceof Reply.Refused<Balance> refused && refused.status() == 403) {
      return problem(
          "secret key",
          "it may not read the balance: give the restricted key 'Balance: read' and what"
              + " the guide names");
    }
    return problem(
        "connection",
        "Stripe can't be reached ("
            + Charges.detail(reply)
            + "): check that this machine may open HTTPS connections to api.stripe.com");
  }

  private ProviderFinding clock(Balance balance) {
    String date =
        balance.getLastResponse() == null
            ? ""
            : balance.getLastResponse().headers().firstValue("Date").orElse("");
    try {
      Instant stripe = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration off = Duration.between(stripe, worldClock.instant()).abs();
      return off.compareTo(CLOCK_TOLERANCE) <= 0
          ? ok("clock", "agrees with Stripe's within a minute")
          : problem(
              "clock",
              "is "
                  + off.toSeconds()
                  + " s off Stripe's, so that webhooks will be refused: let the machine keep its"
                  + " time by NTP");
    } catch (DateTimeException e) {
      return warning("clock", "Stripe did not say its time");
    }
  }

  private ProviderFinding secret() {
    return switch (settings.webhookSecrets().size()) {
      case 0 ->
          problem(
              "webhook secret",
              "is missing, so that every webhook is refused: take it from Developers > Webhooks,"
                  + " and give it in STRIPE_WEBHOOK_SECRET");
      case 1 -> ok("webhook secret", "is set");
      default -> warning("webhook secret", "more than one is set: remove the old one when done");
    };
  }

  private void endpoints(List<ProviderFinding> findings, Deadline deadline) {
    String subject = "webhook endpoint";
    Reply<StripeCollection<WebhookEndpoint>> reply =
        calls.ask(
            deadline,
            (stripe, options) ->
                stripe
                    .webhookEndpoints()
                    .list(WebhookEndpointListParams.builder().setLimit(100L).build(), options));
    if (!(reply instanceof Reply.Done<StripeCollection<WebhookEndpoint>> done)) {
      findings.add(
          warning(
              subject,
              "the key may not read webhook endpoints: look at Developers > Webhooks yourself"));
      return;
    }
    List<WebhookEndpoint> enabled =
        done.value().getData().stream().filter(e -> "enabled".equals(e.getStatus())).toList();
    if (enabled.isEmpty()) {
      findings.add(
          problem(
              subject,
              "there is none: add one under Developers > Webhooks, with API version "
                  + Stripe.API_VERSION
                  + ", or run 'stripe listen' while testing"));
    }
    for (WebhookEndpoint endpoint : enabled) {
      findings.add(endpoint(endpoint));
    }
  }

  private static ProviderFinding endpoint(WebhookEndpoint endpoint) {
    String subject = "webhook endpoint " + endpoint.getUrl();
    Set<String> missing = new TreeSet<>(EVENTS);
    missing.removeAll(endpoint.getEnabledEvents());
    if (!endpoint.getEnabledEvents().contains("*") && !missing.isEmpty()) {
      return problem(subject, "does not send " + String.join(", ", missing) + ": add them");
    }
    if (!Stripe.API_VERSION.equals(endpoint.getApiVersion())) {
      return warning(
          subject,
          "is set to API version "
              + endpoint.getApiVersion()
              + ": make a new one with "
              + Stripe.API_VERSION
              + " and delete the old one");
    }
    return ok(subject, "sends what is needed");
  }

  private static ProviderFinding ok(String subject, String message) {
    return new ProviderFinding(Level.OK, subject, message);
  }

  private static ProviderFinding warning(String subject, String message) {
    return new ProviderFinding(Level.WARNING, subject, message);
  }

  private static ProviderFinding problem(String subject, String message) {
    return new ProviderFinding(Level.PROBLEM, subject, message);
  }
}

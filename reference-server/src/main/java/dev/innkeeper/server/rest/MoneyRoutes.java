package dev.innkeeper.server.rest;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.payment.NewExternalPayment;
import dev.innkeeper.billing.payment.Payment;
import dev.innkeeper.billing.payment.PaymentState;
import dev.innkeeper.billing.payment.Payout;
import dev.innkeeper.billing.payment.Refund;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.server.rest.Endpoint.Caller;
import dev.innkeeper.server.runtime.Services;
import io.javalin.http.Context;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Customers' money as operators see and move it. */
final class MoneyRoutes {
  private final Services services;
  private final BillingEngine engine;
  private final Requests requests;

  /** A payment as an operator sees it. */
  record Charged(
      UUID id,
      UUID customerId,
      @Nullable UUID invoiceId,
      String provider,
      @Nullable String reference,
      Amount amount,
      PaymentState state,
      @Nullable String declineCode,
      @Nullable String message,
      Amount fee,
      Amount refunded,
      Amount refundable,
      Instant recordedAt,
      @Nullable Instant finishedAt) {
    static Charged of(Payment payment) {
      return new Charged(
          payment.id(),
          payment.customerId(),
          payment.invoiceId(),
          payment.provider(),
          payment.reference(),
          payment.amount(),
          payment.state(),
          payment.declineCode(),
          payment.message(),
          payment.fee(),
          payment.refunded(),
          payment.refundable(),
          payment.recordedAt(),
          payment.finishedAt());
    }
  }

  MoneyRoutes(Services services, Requests requests) {
    this.services = services;
    this.engine = services.engine();
    this.requests = requests;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get(
                "/v1/admin/payments", Caller.ADMIN, "Everybody's charges, newest first.", this::all)
            .withQuery("state", "after", "limit"),
        Endpoint.get(
                "/v1/admin/customers/{id}/payments",
                Caller.ADMIN,
                "A customer's charges, newest first.",
                this::payments)
            .paged(),
        Endpoint.command(
                "/v1/admin/customers/{id}/payments/{payment}/refund",
                Caller.ADMIN,
                "Sends cash back to the card it came from.",
                this::refund)
            .withFields("amount!", "reason!"),
        Endpoint.command(
                "/v1/admin/customers/{id}/external-payments",
                Caller.ADMIN,
                "Records a bank transfer, which pays its invoice or what is open.",
                this::record)
            .withFields("amount!", "reference!", "channel", "invoice", "receivedAt"),
        Endpoint.get(
            "/v1/admin/customers/{id}/external-payments",
            Caller.ADMIN,
            "A customer's recorded transfers, newest first.",
            this::recorded),
        Endpoint.command(
                "/v1/admin/customers/{id}/payouts",
                Caller.ADMIN,
                "Takes cash from the wallet, to be sent.",
                this::payOut)
            .withFields("amount!", "reason!"),
        Endpoint.get(
            "/v1/admin/payouts", Caller.ADMIN, "Payouts that wait to be sent.", this::payouts),
        Endpoint.post(
                "/v1/admin/customers/{id}/payouts/{payout}/sent",
                Caller.ADMIN,
                "Notes that a payout was sent.",
                this::sent)
            .withFields("reference!", "channel"),
        Endpoint.post(
                "/v1/admin/customers/{id}/payouts/{payout}/send",
                Caller.ADMIN,
                "Has a payment provider send a payout to an account there.",
                this::send)
            .withFields("provider!", "destination!"),
        Endpoint.post(
            "/v1/admin/customers/{id}/payouts/{payout}/cancel",
            Caller.ADMIN,
            "Puts a payout back into the wallet.",
            this::cancel),
        Endpoint.command(
            "/v1/admin/customers/{id}/close",
            Caller.ADMIN,
            "Empties the wallet of a customer who leaves.",
            this::close),
        Endpoint.get(
                "/v1/admin/reminders",
                Caller.ADMIN,
                "Customers in grace and what comes next, soonest first.",
                this::reminders)
            .withQuery("limit"));
  }

  private void all(Context ctx) {
    int limit = requests.limit(ctx);
    PaymentState state = requests.word(ctx, "state", PaymentState.class);
    page(ctx, engine.payments().search(state, requests.cursorId(ctx), limit + 1), limit);
  }

  private void page(Context ctx, List<Payment> found, int limit) {
    requests.page(ctx, found, limit, payment -> payment.id().toString(), Charged::of);
  }

  private void payments(Context ctx) {
    int limit = requests.limit(ctx);
    UUID customerId = customer(ctx).id();
    page(ctx, engine.payments().list(customerId, requests.cursorId(ctx), limit + 1), limit);
  }

  private Customer customer(Context ctx) {
    return engine.customers().get(requests.id(ctx, "id"));
  }

  private void refund(Context ctx) {
    Customer customer = customer(ctx);
    JsonBody body = requests.body(ctx);
    Amount amount = body.positive("amount", customer.currency());
    String reason = body.text("reason");
    body.check();
    Refund refund =
        engine
            .refunds()
            .refund(customer.id(), requests.id(ctx, "payment"), amount, reason, requests.key(ctx));
    services.doDueWork().run();
    requests.write(ctx, 201, refund);
  }

  private void record(Context ctx) {
    Customer customer = customer(ctx);
    JsonBody body = requests.body(ctx);
    Amount amount = body.positive("amount", customer.currency());
    String reference = body.text("reference");
    String channel = body.optionalText("channel");
    UUID invoice = body.optionalId("invoice");
    String receivedAt = body.optionalText("receivedAt");
    // Where nothing else is said the money came today: a repeat has to say the same.
    Instant received =
        receivedAt == null
            ? engine.now().truncatedTo(ChronoUnit.DAYS)
            : body.guarded("receivedAt", engine.now(), () -> instant(receivedAt));
    body.check();
    requests.write(
        ctx,
        201,
        engine
            .externalPayments()
            .record(
                customer.id(),
                new NewExternalPayment(
                    amount, channel == null ? "bank" : channel, reference, invoice, received),
                requests.admin(ctx).email(),
                requests.key(ctx)));
    services.doDueWork().run();
  }

  private static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new InvalidInput("receivedAt", "must be an instant such as 2027-04-01T12:00:00Z");
    }
  }

  private void recorded(Context ctx) {
    requests.write(
        ctx,
        200,
        Map.of("items", engine.externalPayments().list(customer(ctx).id(), requests.limit(ctx))));
  }

  private void payOut(Context ctx) {
    Customer customer = customer(ctx);
    JsonBody body = requests.body(ctx);
    Amount amount = body.positive("amount", customer.currency());
    String reason = body.text("reason");
    body.check();
    Payout payout =
        engine
            .payouts()
            .request(customer.id(), amount, reason, requests.admin(ctx).email(), requests.key(ctx));
    requests.write(ctx, 201, payout);
  }

  private void payouts(Context ctx) {
    requests.write(ctx, 200, Map.of("items", engine.payouts().waiting()));
  }

  private void sent(Context ctx) {
    JsonBody body = requests.body(ctx);
    String reference = body.text("reference");
    String channel = body.optionalText("channel");
    body.check();
    requests.write(
        ctx,
        200,
        engine
            .payouts()
            .sent(
                requests.id(ctx, "id"),
                requests.id(ctx, "payout"),
                channel == null ? "bank" : channel,
                reference,
                requests.admin(ctx).email()));
  }

  private void send(Context ctx) {
    JsonBody body = requests.body(ctx);
    String provider = body.text("provider");
    String destination = body.text("destination");
    body.check();
    requests.write(
        ctx,
        200,
        engine
            .payouts()
            .send(
                requests.id(ctx, "id"),
                requests.id(ctx, "payout"),
                provider,
                destination,
                requests.admin(ctx).email()));
  }

  private void cancel(Context ctx) {
    Payout payout =
        engine
            .payouts()
            .cancel(
                requests.id(ctx, "id"), requests.id(ctx, "payout"), requests.admin(ctx).email());
    services.doDueWork().run();
    requests.write(ctx, 200, payout);
  }

  private void close(Context ctx) {
    requests.write(
        ctx,
        200,
        engine
            .accountClosing()
            .close(requests.id(ctx, "id"), requests.admin(ctx).email(), requests.key(ctx)));
  }

  private void reminders(Context ctx) {
    requests.write(ctx, 200, Map.of("items", engine.dunning().upcoming(requests.limit(ctx))));
  }
}

package dev.innkeeper.server.rest;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.promotion.Coupon;
import dev.innkeeper.billing.promotion.CouponTerms;
import dev.innkeeper.billing.promotion.NewCoupon;
import dev.innkeeper.billing.promotion.RedeemableCodes;
import dev.innkeeper.billing.promotion.VoucherRequest;
import dev.innkeeper.server.rest.Endpoint.Caller;
import dev.innkeeper.server.runtime.Services;
import io.javalin.http.Context;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Codes that customers redeem, coupons, and wishes for credit. */
final class PromotionRoutes {
  private final Services services;
  private final BillingEngine engine;
  private final Requests requests;

  PromotionRoutes(Services services, Requests requests) {
    this.services = services;
    this.engine = services.engine();
    this.requests = requests;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.command(
                "/v1/redemptions",
                Caller.CUSTOMER,
                "Redeems a code, a voucher's or a coupon's.",
                this::redeem)
            .withFields("code!"),
        Endpoint.get(
            "/v1/coupons", Caller.CUSTOMER, "Coupons redeemed, newest first.", this::redeemed),
        Endpoint.command(
                "/v1/voucher-requests", Caller.CUSTOMER, "Asks for voucher credit.", this::ask)
            .withFields("amount!", "reason!"),
        Endpoint.get(
            "/v1/voucher-requests",
            Caller.CUSTOMER,
            "What was asked for, and the answers.",
            this::asked),
        Endpoint.command("/v1/admin/coupons", Caller.ADMIN, "Creates a coupon.", this::create)
            .withFields(
                "code!",
                "name!",
                "percent",
                "amount",
                "currency",
                "products",
                "lasts",
                "periods",
                "stacking",
                "redemptions",
                "redemptionsPerCustomer",
                "validDays"),
        Endpoint.get("/v1/admin/coupons", Caller.ADMIN, "Coupons, newest first.", this::list)
            .paged(),
        Endpoint.post(
            "/v1/admin/coupons/{id}/withdraw",
            Caller.ADMIN,
            "Lets nobody redeem a coupon any more.",
            this::withdraw),
        Endpoint.get(
            "/v1/admin/voucher-requests",
            Caller.ADMIN,
            "Wishes for credit without an answer.",
            this::waiting),
        Endpoint.post(
                "/v1/admin/customers/{id}/voucher-requests/{request}/approve",
                Caller.ADMIN,
                "Grants credit, as much as was asked for unless told otherwise.",
                this::approve)
            .withFields("amount", "answer"),
        Endpoint.post(
                "/v1/admin/customers/{id}/voucher-requests/{request}/reject",
                Caller.ADMIN,
                "Turns a wish for credit down.",
                this::reject)
            .withFields("answer!"));
  }

  private void redeem(Context ctx) {
    UUID customerId = requests.customer(ctx);
    JsonBody body = requests.body(ctx);
    String code = body.text("code");
    body.check();
    RedeemableCodes.Outcome outcome = engine.codes().redeem(customerId, code, requests.key(ctx));
    services.doDueWork().run();
    if (outcome instanceof RedeemableCodes.Outcome.Credit credit) {
      requests.write(ctx, 201, Map.of("credit", credit.voucher()));
    } else if (outcome instanceof RedeemableCodes.Outcome.Discount discount) {
      requests.write(ctx, 201, Map.of("coupon", discount.redemption()));
    } else {
      RedeemableCodes.Outcome.Refused refused = (RedeemableCodes.Outcome.Refused) outcome;
      throw new NotAllowed(refused.code(), refused.message());
    }
  }

  private void redeemed(Context ctx) {
    requests.write(ctx, 200, Map.of("items", engine.coupons().redemptions(requests.customer(ctx))));
  }

  private void ask(Context ctx) {
    UUID customerId = requests.customer(ctx);
    Customer customer = engine.customers().get(customerId);
    JsonBody body = requests.body(ctx);
    Amount amount = body.positive("amount", customer.currency());
    String reason = body.text("reason");
    body.check();
    requests.write(
        ctx, 201, engine.voucherRequests().ask(customerId, amount, reason, requests.key(ctx)));
  }

  private void asked(Context ctx) {
    requests.write(
        ctx, 200, Map.of("items", engine.voucherRequests().list(requests.customer(ctx))));
  }

  private void create(Context ctx) {
    JsonBody body = requests.body(ctx);
    String code = body.text("code");
    String name = body.text("name");
    CouponTerms terms = terms(body);
    int redemptions = body.integer("redemptions", 0, 0, 1_000_000_000);
    int perCustomer = body.integer("redemptionsPerCustomer", 1, 1, 1_000);
    int days = body.integer("validDays", 0, 0, 36_500);
    body.check();
    Instant until = days == 0 ? null : engine.now().plus(Duration.ofDays(days));
    Coupon coupon =
        engine
            .coupons()
            .create(
                NewCoupon.of(code, name, terms)
                    .withCaps(redemptions == 0 ? null : redemptions, perCustomer)
                    .withValidity(null, until),
                requests.admin(ctx).email(),
                requests.key(ctx));
    requests.write(ctx, 201, coupon);
  }

  private static CouponTerms terms(JsonBody body) {
    String percent = body.optionalText("percent");
    Currency currency = body.currency("currency", Currency.EUR);
    String amountText = body.optionalText("amount");
    Amount amount = amountText == null ? null : body.positive("amount", currency);
    String products = body.optionalText("products");
    int periods = body.integer("periods", 0, 0, 1_200);
    return new CouponTerms(
        percent == null ? null : body.guarded("percent", BigDecimal.ONE, () -> percent(percent)),
        amount,
        products == null ? Set.of() : Set.copyOf(List.of(products.trim().split("[\\s,]+"))),
        word(body, "lasts", CouponTerms.Lasts.ONCE),
        periods == 0 ? null : periods,
        word(body, "stacking", CouponTerms.Stacking.COMBINES));
  }

  private static BigDecimal percent(String text) {
    if (!text.matches("[0-9]{1,3}(\\.[0-9]{1,4})?")) {
      throw new InvalidInput("percent", "must be a number such as \"20\" or \"12.5\"");
    }
    return new BigDecimal(text);
  }

  private static <E extends Enum<E>> E word(JsonBody body, String field, E preset) {
    String text = body.optionalText(field);
    if (text == null) {
      return preset;
    }
    return body.guarded(
        field, preset, () -> Requests.word(field, text, preset.getDeclaringClass()));
  }

  private void list(Context ctx) {
    int limit = requests.limit(ctx);
    requests.page(
        ctx,
        engine.coupons().list(requests.cursorId(ctx), limit + 1),
        limit,
        coupon -> coupon.id().toString());
  }

  private void withdraw(Context ctx) {
    requests.write(ctx, 200, engine.coupons().withdraw(requests.id(ctx, "id")));
  }

  private void waiting(Context ctx) {
    requests.write(ctx, 200, Map.of("items", engine.voucherRequests().waiting()));
  }

  private void approve(Context ctx) {
    UUID customerId = requests.id(ctx, "id");
    VoucherRequest request = engine.voucherRequests().get(customerId, requests.id(ctx, "request"));
    JsonBody body = requests.body(ctx);
    String text = body.optionalText("amount");
    Amount amount =
        text == null ? request.amount() : body.positive("amount", request.amount().currency());
    @Nullable String answer = body.optionalText("answer");
    body.check();
    VoucherRequest approved =
        engine
            .voucherRequests()
            .approve(customerId, request.id(), amount, answer, requests.admin(ctx).email());
    services.doDueWork().run();
    requests.write(ctx, 200, approved);
  }

  private void reject(Context ctx) {
    UUID customerId = requests.id(ctx, "id");
    JsonBody body = requests.body(ctx);
    String answer = body.text("answer");
    body.check();
    requests.write(
        ctx,
        200,
        engine
            .voucherRequests()
            .reject(customerId, requests.id(ctx, "request"), answer, requests.admin(ctx).email()));
  }
}

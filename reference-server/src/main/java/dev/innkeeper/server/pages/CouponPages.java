package dev.innkeeper.server.pages;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.promotion.Coupon;
import dev.innkeeper.billing.promotion.CouponTerms;
import dev.innkeeper.billing.promotion.NewCoupon;
import dev.innkeeper.billing.promotion.Voucher;
import dev.innkeeper.billing.promotion.VoucherBatch;
import dev.innkeeper.server.runtime.Services;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Coupons, and a batch of vouchers as a file. */
final class CouponPages extends PageRoutes {
  private static final String COUPONS = "/admin/coupons";
  private static final int COUPONS_MAX = 200;
  private static final int CODES_A_PAGE = 1_000;
  private static final List<String> CURRENCIES = List.of("EUR", "USD", "GBP", "CHF", "JPY");

  private final BillingEngine engine;

  CouponPages(Services services, Renderer renderer) {
    super(services, renderer);
    this.engine = services.engine();
  }

  void addTo(RoutesConfig routes) {
    routes.get(COUPONS, ctx -> forAdmin(ctx, this::list));
    routes.post(COUPONS, ctx -> forAdmin(ctx, this::create));
    routes.post(COUPONS + "/{id}/withdraw", ctx -> forAdmin(ctx, this::withdraw));
    routes.get("/admin/vouchers/{id}/codes.csv", ctx -> forAdmin(ctx, this::export));
  }

  private void list(Context ctx, Visit visit) {
    List<MoneyView.CouponRow> rows =
        engine.coupons().list(null, COUPONS_MAX).stream()
            .map(coupon -> MoneyRows.coupon(coupon, engine.now()))
            .toList();
    show(
        ctx,
        visit,
        "Coupons",
        "admin/coupons.jte",
        Map.of("view", new MoneyView.Coupons(rows, CURRENCIES, UUID.randomUUID().toString())));
  }

  private void create(Context ctx, Visit visit) {
    act(
        ctx,
        visit,
        COUPONS,
        COUPONS,
        () -> {
          int days = number(ctx, "days", 0);
          int redemptions = number(ctx, "redemptions", 0);
          NewCoupon wanted =
              NewCoupon.of(form(ctx, "code"), form(ctx, "name"), terms(ctx))
                  .withCaps(redemptions == 0 ? null : redemptions, number(ctx, "perCustomer", 1))
                  .withValidity(null, days == 0 ? null : engine.now().plus(Duration.ofDays(days)));
          String actor = visit.identity().map(identity -> identity.email()).orElse("admin");
          Coupon coupon = engine.coupons().create(wanted, actor, form(ctx, "key"));
          return "Coupon " + coupon.code() + ": " + coupon.terms().label() + ".";
        });
  }

  private static CouponTerms terms(Context ctx) {
    String off = form(ctx, "off");
    CouponTerms terms;
    if (form(ctx, "unit").equals("percent")) {
      if (!off.matches("[0-9]{1,3}(\\.[0-9]{1,4})?")) {
        throw new InvalidInput("off", "must be a number such as 20 or 12.5");
      }
      terms = CouponTerms.percent(new BigDecimal(off).toPlainString());
    } else {
      terms = CouponTerms.amount(Amount.parse("off", off, Currency.of(form(ctx, "unit"))));
    }
    String products = form(ctx, "products");
    if (!products.isEmpty()) {
      terms = terms.forProducts(Set.copyOf(List.of(products.split("[\\s,]+"))));
    }
    terms =
        switch (form(ctx, "lasts")) {
          case "periods" -> terms.forPeriods(number(ctx, "periods", 1));
          case "forever" -> terms.forEver();
          default -> terms;
        };
    return form(ctx, "alone").isEmpty() ? terms : terms.alone();
  }

  private void withdraw(Context ctx, Visit visit) {
    act(
        ctx,
        visit,
        COUPONS,
        COUPONS,
        () -> {
          Coupon coupon = engine.coupons().withdraw(id(ctx, "id"));
          return "Nobody can redeem " + coupon.code() + " any more.";
        });
  }

  /** Every code of a batch, one a line. Only the batch's name is anybody's own words. */
  private void export(Context ctx, Visit visit) {
    VoucherBatch batch = engine.vouchers().batch(id(ctx, "id"));
    StringBuilder csv = new StringBuilder("code,amount,currency,used,uses,withdrawn\r\n");
    String after = null;
    List<Voucher> page;
    do {
      page = engine.vouchers().codes(batch.id(), after, CODES_A_PAGE);
      for (Voucher voucher : page) {
        csv.append(voucher.code())
            .append(',')
            .append(batch.amount().toPlainString())
            .append(',')
            .append(batch.amount().currency())
            .append(',')
            .append(voucher.used())
            .append(',')
            .append(voucher.usesMax())
            .append(',')
            .append(voucher.disabled() ? "yes" : "no")
            .append("\r\n");
        after = voucher.code();
      }
    } while (page.size() == CODES_A_PAGE);
    ctx.header("Content-Disposition", "attachment; filename=\"vouchers-" + batch.id() + ".csv\"");
    ctx.contentType("text/csv; charset=utf-8").result(csv.toString());
  }
}

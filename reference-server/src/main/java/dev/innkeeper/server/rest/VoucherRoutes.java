package dev.innkeeper.server.rest;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.promotion.NewVoucherBatch;
import dev.innkeeper.billing.promotion.VoucherBatch;
import dev.innkeeper.billing.promotion.Vouchers;
import dev.innkeeper.server.rest.Endpoint.Caller;
import dev.innkeeper.server.runtime.Services;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.List;

/** Vouchers, for those who give them out. */
final class VoucherRoutes {
  private static final int CODES_MAX = 1_000;

  private final Services services;
  private final Vouchers vouchers;
  private final Requests requests;

  /** A batch with its codes, as far as one answer holds them. */
  record Issued(VoucherBatch batch, List<String> codes) {}

  VoucherRoutes(Services services, Requests requests) {
    this.services = services;
    this.vouchers = services.engine().vouchers();
    this.requests = requests;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.command("/v1/admin/vouchers", Caller.ADMIN, "Issues vouchers.", this::issue)
            .withFields("name!", "amount!", "currency", "codes", "uses", "validDays"),
        Endpoint.get(
                "/v1/admin/vouchers",
                Caller.ADMIN,
                "Batches of vouchers, newest first.",
                this::list)
            .paged(),
        Endpoint.get("/v1/admin/vouchers/{id}/codes", Caller.ADMIN, "A batch's codes.", this::codes)
            .paged());
  }

  private void issue(Context ctx) {
    JsonBody body = requests.body(ctx);
    Currency currency = body.currency("currency", Currency.EUR);
    Amount amount = body.positive("amount", currency);
    String name = body.text("name");
    int codes = body.integer("codes", 1, 1, CODES_MAX);
    int uses = body.integer("uses", 1, 1, 1_000_000);
    int days = body.integer("validDays", 0, 0, 36_500);
    body.check();
    NewVoucherBatch wanted = NewVoucherBatch.of(name, amount, codes).withUses(uses, 1);
    if (days > 0) {
      wanted = wanted.withRedeemUntil(services.engine().now().plus(Duration.ofDays(days)));
    }
    VoucherBatch batch = vouchers.issue(wanted, requests.admin(ctx).email(), requests.key(ctx));
    List<String> first =
        vouchers.codes(batch.id(), null, CODES_MAX).stream().map(v -> v.code()).toList();
    requests.write(ctx, 201, new Issued(batch, first));
  }

  private void list(Context ctx) {
    int limit = requests.limit(ctx);
    List<VoucherBatch> found = vouchers.batches(requests.cursorId(ctx), limit + 1);
    requests.page(ctx, found, limit, batch -> batch.id().toString());
  }

  private void codes(Context ctx) {
    int limit = requests.limit(ctx);
    requests.page(
        ctx,
        vouchers.codes(requests.id(ctx, "id"), requests.cursor(ctx), limit + 1),
        limit,
        voucher -> voucher.code());
  }
}

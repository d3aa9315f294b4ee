package dev.innkeeper.server.pages;

import dev.innkeeper.billing.catalog.Catalog;
import dev.innkeeper.billing.catalog.CatalogDiff;
import dev.innkeeper.billing.catalog.PriceVersion;
import dev.innkeeper.billing.catalog.Product;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.BillingException;
import dev.innkeeper.billing.promotion.NewVoucherBatch;
import dev.innkeeper.billing.promotion.VoucherBatch;
import dev.innkeeper.server.runtime.Services;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What an admin sells and gives away: prices and vouchers. */
final class SalesPages extends PageRoutes {
  private static final int BATCHES = 50;
  private static final int CODES_MAX = 1_000;
  private static final List<String> CURRENCIES = List.of("EUR", "USD", "GBP", "CHF", "JPY");
  private static final String EXAMPLE =
      """
      products:
        - code: site
          name: Web site
          provisioner: site
          options: {size: [small, medium]}
          prices:
            - for: {size: small}
              currency: EUR
              components:
                - {code: compute, name: Compute, per: hour, price: 0.007, monthlyCap: 4.99}
      """;

  SalesPages(Services services, Renderer renderer) {
    super(services, renderer);
  }

  void addTo(RoutesConfig routes) {
    routes.get("/admin/prices", ctx -> forAdmin(ctx, this::prices));
    routes.post("/admin/prices", ctx -> forAdmin(ctx, this::changePrices));
    routes.get("/admin/vouchers", ctx -> forAdmin(ctx, this::vouchers));
    routes.post("/admin/vouchers", ctx -> forAdmin(ctx, this::issue));
  }

  private void prices(Context ctx, Visit visit) {
    prices(ctx, visit, EXAMPLE, null, null);
  }

  private void prices(
      Context ctx, Visit visit, String yaml, @Nullable String plan, @Nullable String problem) {
    List<View.PriceRow> rows = new ArrayList<>();
    Catalog catalog = services.engine().catalog();
    for (Product product : catalog.products()) {
      rows.addAll(rows(product, catalog.versions(product.code())));
    }
    show(
        ctx,
        visit,
        "Prices",
        "admin/prices.jte",
        Map.of("view", new View.Prices(rows, yaml, plan, problem)));
  }

  /** The price in force and those to come, for each choice of options and currency. */
  private List<View.PriceRow> rows(Product product, List<PriceVersion> versions) {
    Instant now = services.engine().now();
    Map<String, PriceVersion> inForce = new TreeMap<>();
    List<PriceVersion> shown = new ArrayList<>();
    for (PriceVersion version : versions) {
      String tariff = version.tariff().toString();
      PriceVersion known = inForce.get(tariff);
      if (version.effectiveFrom().isAfter(now)) {
        shown.add(version);
      } else if (known == null || version.effectiveFrom().isAfter(known.effectiveFrom())) {
        inForce.put(tariff, version);
      }
    }
    shown.addAll(0, inForce.values());
    List<View.PriceRow> rows = new ArrayList<>();
    for (PriceVersion version : shown) {
      String hourly = ServiceRows.hourly(version);
      String monthly = ServiceRows.monthly(version);
      rows.add(
          new View.PriceRow(
              product.name(),
              options(version) + version.currency(),
              hourly.isEmpty() || hourly.equals(monthly) ? monthly : hourly + ", " + monthly,
              Show.date(version.effectiveFrom(), ZoneOffset.UTC),
              badge(version, now, product.retired())));
    }
    return rows;
  }

  private static View.@Nullable Badge badge(PriceVersion version, Instant now, boolean retired) {
    if (retired) {
      return new View.Badge("", "No longer sold");
    }
    return version.effectiveFrom().isAfter(now) ? new View.Badge("warn", "Later") : null;
  }

  private static String options(PriceVersion version) {
    List<String> words = new ArrayList<>();
    new TreeMap<>(version.when())
        .descendingMap()
        .forEach((name, value) -> words.add(ServiceRows.option(name, value)));
    return words.isEmpty() ? "" : Show.words(String.join(", ", words)) + ", ";
  }

  private void changePrices(Context ctx, Visit visit) {
    visit.requireCsrf();
    String yaml = Objects.requireNonNullElse(ctx.formParam("yaml"), "");
    boolean apply = form(ctx, "do").equals("apply");
    Catalog catalog = services.engine().catalog();
    try {
      String actor = visit.identity().map(identity -> identity.email()).orElse("admin");
      CatalogDiff diff = apply ? catalog.apply(yaml, actor) : catalog.plan(yaml);
      prices(ctx, visit, yaml, (apply ? "Applied:\n" : "Would change:\n") + diff, null);
    } catch (BillingException e) {
      ctx.status(400);
      prices(ctx, visit, yaml, null, String.valueOf(e.getMessage()));
    }
  }

  private void vouchers(Context ctx, Visit visit) {
    List<View.VoucherRow> rows = new ArrayList<>();
    for (VoucherBatch batch : services.engine().vouchers().batches(null, BATCHES)) {
      Instant until = batch.redeemUntil();
      rows.add(
          new View.VoucherRow(
              batch.id().toString(),
              batch.name(),
              Show.amount(batch.amount()),
              Integer.toString(batch.codes()),
              Long.toString(batch.used()),
              Show.date(batch.issuedAt(), ZoneOffset.UTC),
              until == null ? "for ever" : Show.date(until, ZoneOffset.UTC)));
    }
    String chosen = ctx.queryParam("batch");
    String codesOf = null;
    List<View.Code> codes = List.of();
    if (chosen != null) {
      VoucherBatch batch = services.engine().vouchers().batch(WalletPages.uuid("batch", chosen));
      codesOf = batch.name();
      codes =
          services.engine().vouchers().codes(batch.id(), null, CODES_MAX).stream()
              .map(v -> new View.Code(v.code(), v.disabled() || v.used() >= v.usesMax()))
              .toList();
    }
    Map<String, Object> values = new HashMap<>();
    values.put(
        "view", new View.Vouchers(rows, CURRENCIES, codesOf, codes, UUID.randomUUID().toString()));
    show(ctx, visit, "Vouchers", "admin/vouchers.jte", values);
  }

  private void issue(Context ctx, Visit visit) {
    act(
        ctx,
        visit,
        "/admin/vouchers",
        "/admin/vouchers",
        () -> {
          Currency currency = Currency.of(form(ctx, "currency"));
          Amount amount = Amount.parse(form(ctx, "amount"), currency);
          NewVoucherBatch wanted =
              NewVoucherBatch.of(form(ctx, "name"), amount, number(ctx, "codes", 1))
                  .withUses(number(ctx, "uses", 1), 1);
          int days = number(ctx, "days", 0);
          if (days > 0) {
            wanted = wanted.withRedeemUntil(services.engine().now().plus(Duration.ofDays(days)));
          }
          String actor = visit.identity().map(identity -> identity.email()).orElse("admin");
          VoucherBatch batch = services.engine().vouchers().issue(wanted, actor, form(ctx, "key"));
          return batch.codes() + " of " + Show.amount(batch.amount()) + " issued; see its codes.";
        });
  }
}

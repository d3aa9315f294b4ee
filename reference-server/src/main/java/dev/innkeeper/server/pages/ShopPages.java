package dev.innkeeper.server.pages;

import dev.innkeeper.billing.catalog.BillingMode;
import dev.innkeeper.billing.catalog.Catalog;
import dev.innkeeper.billing.catalog.Product;
import dev.innkeeper.billing.catalog.Quote;
import dev.innkeeper.billing.catalog.QuoteRequest;
import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.BillingException;
import dev.innkeeper.billing.subscription.CancelAt;
import dev.innkeeper.billing.subscription.NewSubscription;
import dev.innkeeper.server.auth.Identity;
import dev.innkeeper.server.runtime.Services;
import dev.innkeeper.server.runtime.Shop;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What is sold, and what a customer runs. */
final class ShopPages extends PageRoutes {
  /** Beyond this many choices a product shows only its first ones. */
  private static final int OFFERS_MAX = 24;

  private static final int HOURLY_DECIMALS = 6;
  private static final MathContext HOURLY_DIGITS = new MathContext(3, RoundingMode.HALF_UP);

  private final ServiceRows rows;

  ShopPages(Services services, Renderer renderer) {
    super(services, renderer);
    this.rows = new ServiceRows(services);
  }

  void addTo(RoutesConfig routes) {
    routes.get("/products", ctx -> open(ctx, this::products));
    routes.get("/services", ctx -> forCustomer(ctx, this::list));
    routes.post("/services", ctx -> forCustomer(ctx, this::start));
    routes.post("/services/{id}/cancel", ctx -> forCustomer(ctx, this::cancel));
  }

  private void products(Context ctx, Visit visit) {
    Optional<UUID> customerId = visit.identity().map(Identity::customerId);
    Currency currency =
        customerId.map(id -> services.engine().customers().get(id).currency()).orElse(Currency.EUR);
    String gate = customerId.flatMap(id -> services.shop().refusal(id)).orElse(null);
    List<View.ProductCard> cards = new ArrayList<>();
    for (Product product : services.engine().catalog().products()) {
      if (!product.retired()) {
        cards.add(card(product, currency));
      }
    }
    show(ctx, visit, "Products", "products.jte", Map.of("view", new View.Products(cards, gate)));
  }

  private View.ProductCard card(Product product, Currency currency) {
    List<View.Offer> offers = new ArrayList<>();
    for (Map<String, String> options : choices(product)) {
      quote(product, options, currency).ifPresent(quote -> offers.add(offer(options, quote)));
    }
    return new View.ProductCard(
        product.code(),
        product.name(),
        billing(product.billing()),
        product.provisioner() != null,
        offers);
  }

  private Optional<Quote> quote(Product product, Map<String, String> options, Currency currency) {
    Catalog catalog = services.engine().catalog();
    try {
      return Optional.of(catalog.quote(QuoteRequest.of(product.code(), options, currency)));
    } catch (BillingException e) {
      // No price for this choice, or not in this currency: it is not offered.
      return Optional.empty();
    }
  }

  private static View.Offer offer(Map<String, String> options, Quote quote) {
    Currency currency = quote.monthly().currency();
    List<String> names = new ArrayList<>(options.keySet());
    String title =
        names.isEmpty() ? "Standard" : Show.words(String.valueOf(options.get(names.get(0))));
    List<String> rest = new ArrayList<>();
    for (String name : names.subList(Math.min(1, names.size()), names.size())) {
      rest.add(ServiceRows.option(name, String.valueOf(options.get(name))));
    }
    return new View.Offer(
        title,
        Show.words(String.join(", ", rest)),
        options,
        Show.amount(quote.monthly()),
        hourly(quote.hourly(), currency),
        quote.setup().isZero() ? "" : Show.amount(quote.setup()),
        UUID.randomUUID().toString());
  }

  /** Every combination of the product's options, the size before the rest. */
  private static List<Map<String, String>> choices(Product product) {
    List<String> names = new ArrayList<>(product.options().keySet());
    // The option with most values makes the cards' titles.
    names.sort(
        (a, b) -> {
          int bySize = values(product, b).size() - values(product, a).size();
          return bySize != 0 ? bySize : a.compareTo(b);
        });
    List<Map<String, String>> choices = List.of(Map.of());
    for (String name : names) {
      List<Map<String, String>> longer = new ArrayList<>();
      for (Map<String, String> choice : choices) {
        for (String value : values(product, name)) {
          Map<String, String> next = new LinkedHashMap<>(choice);
          next.put(name, value);
          longer.add(next);
        }
      }
      choices = longer;
    }
    return choices.subList(0, Math.min(choices.size(), OFFERS_MAX));
  }

  /** An hour's share of a monthly price has more decimals than anybody reads. */
  private static String hourly(BigDecimal rate, Currency currency) {
    return rate.stripTrailingZeros().scale() <= HOURLY_DECIMALS
        ? Show.rate(rate, currency)
        : "about " + Show.rate(rate.round(HOURLY_DIGITS), currency);
  }

  private static List<String> values(Product product, String option) {
    return product.options().getOrDefault(option, List.of());
  }

  private static String billing(BillingMode mode) {
    return switch (mode) {
      case IN_ADVANCE -> "Paid at the start of each month";
      case IN_ARREARS -> "Paid when the month is over, for the time it ran";
      case PREPAID -> "Drawn from your cash as time passes";
    };
  }

  private void list(Context ctx, Visit visit, UUID customerId) {
    show(ctx, visit, "My services", "services.jte", Map.of("services", rows.of(customerId)));
  }

  private void start(Context ctx, Visit visit, UUID customerId) {
    visit.requireCsrf();
    Map<String, String> options = new HashMap<>();
    ctx.formParamMap()
        .forEach(
            (name, values) -> {
              if (name.startsWith("option.") && !values.isEmpty()) {
                options.put(name.substring("option.".length()), values.get(0));
              }
            });
    String next = "/products";
    try {
      Customer customer = services.engine().customers().get(customerId);
      NewSubscription wanted =
          NewSubscription.of(customerId, form(ctx, "product"), customer.currency())
              .withOptions(options);
      String name = form(ctx, "name");
      Shop.Service started =
          services
              .shop()
              .start(
                  name.isEmpty() ? wanted : wanted.withMetadata(Map.of(Shop.NAME, name)),
                  form(ctx, "key"));
      visit.flash("good", "Your service is starting. It is reached at its address once it is up.");
      // Where one sees it happen.
      next = "/services/" + started.subscription().id();
    } catch (BillingException e) {
      visit.flash("bad", sentence(e));
    }
    ctx.redirect(next, HttpStatus.SEE_OTHER);
  }

  private void cancel(Context ctx, Visit visit, UUID customerId) {
    boolean now = form(ctx, "when").equals("now");
    act(
        ctx,
        visit,
        "/services",
        "/services",
        () -> {
          services
              .shop()
              .cancel(customerId, id(ctx, "id"), now ? CancelAt.NOW : CancelAt.PERIOD_END);
          return now
              ? "The service has ended. The time it ran is on your next invoice."
              : "The service ends with this month.";
        });
  }
}

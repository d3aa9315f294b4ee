package dev.innkeeper.server.pages;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.catalog.PriceComponent;
import dev.innkeeper.billing.catalog.PriceShape;
import dev.innkeeper.billing.catalog.PriceVersion;
import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.subscription.Subscription;
import dev.innkeeper.billing.subscription.SubscriptionStatus;
import dev.innkeeper.server.runtime.Services;
import dev.innkeeper.server.runtime.Shop;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;

/** Customers' services as lines of a table. */
final class ServiceRows {
  private final Services services;

  ServiceRows(Services services) {
    this.services = services;
  }

  /** What a customer runs, and after it what they ran; newest first. */
  List<View.ServiceRow> of(UUID customerId) {
    BillingEngine engine = services.engine();
    Customer customer = engine.customers().get(customerId);
    List<Shop.Service> all = new ArrayList<>(services.shop().list(customerId));
    all.sort(
        Comparator.comparing(
                (Shop.Service s) -> s.subscription().status() == SubscriptionStatus.ENDED)
            .thenComparing(s -> s.subscription().startedAt(), Comparator.reverseOrder()));
    List<View.ServiceRow> rows = new ArrayList<>();
    for (Shop.Service service : all) {
      rows.add(row(service, customer.calendar().zone()));
    }
    return rows;
  }

  /** One service. */
  View.ServiceRow one(Subscription subscription) {
    Customer customer = services.engine().customers().get(subscription.customerId());
    return row(services.shop().view(subscription), customer.calendar().zone());
  }

  private View.ServiceRow row(Shop.Service service, ZoneId zone) {
    Subscription subscription = service.subscription();
    PriceVersion price = services.engine().catalog().version(subscription.priceVersionId());
    boolean ended = subscription.status() == SubscriptionStatus.ENDED;
    Instant endsAt = subscription.endedAt();
    String since = Show.date(subscription.startedAt(), zone);
    return new View.ServiceRow(
        subscription.id().toString(),
        ResourcePages.href(subscription.customerId(), subscription.id()),
        name(subscription),
        detail(subscription),
        status(service),
        ended && endsAt != null ? since + " – " + Show.date(endsAt, zone) : since,
        monthly(price),
        hourly(price),
        ended ? null : service.address(),
        endsAt != null && !ended ? "ends on " + Show.date(endsAt, zone) : service.problem(),
        !ended && endsAt == null);
  }

  /** The owner's word for it, or the product's name. */
  private String name(Subscription subscription) {
    String product = services.engine().catalog().product(subscription.productCode()).name();
    return subscription.metadata().getOrDefault(Shop.NAME, product);
  }

  private static String detail(Subscription subscription) {
    List<String> words = new ArrayList<>();
    new TreeMap<>(subscription.options())
        .descendingMap()
        .forEach((name, value) -> words.add(option(name, value)));
    if (subscription.quantity() != 1) {
      words.add(subscription.quantity() + " ×");
    }
    return Show.words(String.join(", ", words));
  }

  /** An option's value in words: {@code size=small} is small, {@code address=yes} own address. */
  static String option(String name, String value) {
    return switch (value) {
      case "yes" -> "with own " + name;
      case "no" -> "without own " + name;
      default -> value;
    };
  }

  private static View.Badge status(Shop.Service service) {
    return switch (service.subscription().status()) {
      case ACTIVE ->
          switch (service.state()) {
            case RUNNING -> new View.Badge("good", "Running");
            case STARTING -> new View.Badge("warn", "Starting");
            case SUSPENDED -> new View.Badge("warn", "Coming back");
            case FAILED, GONE -> new View.Badge("bad", "Failed");
            case NONE -> new View.Badge("good", "Active");
          };
      case PAUSED -> new View.Badge("", "Paused");
      case SUSPENDED -> new View.Badge("bad", "Suspended");
      case ENDED -> new View.Badge("", "Ended");
    };
  }

  /** The price in short, as it was sold: {@code 4.99 EUR a month at most}. */
  static String monthly(PriceVersion price) {
    List<String> parts = new ArrayList<>();
    for (PriceComponent component : price.components()) {
      BigDecimal maximum = component.maximum();
      if (component.per() == PriceComponent.Per.MONTH) {
        parts.add(unit(component, price) + " a month");
      } else if (maximum != null) {
        parts.add("at most " + Show.rate(maximum, price.currency()) + " a month");
      }
    }
    return parts.isEmpty() ? hourly(price) : String.join(" + ", parts);
  }

  static String hourly(PriceVersion price) {
    List<String> parts = new ArrayList<>();
    for (PriceComponent component : price.components()) {
      if (component.per() == PriceComponent.Per.HOUR) {
        parts.add(unit(component, price) + " an hour");
      }
    }
    return String.join(" + ", parts);
  }

  private static String unit(PriceComponent component, PriceVersion price) {
    if (component.shape() instanceof PriceShape.PerUnit each) {
      return Show.rate(each.price(), price.currency());
    }
    if (component.shape() instanceof PriceShape.Flat flat) {
      return Show.rate(flat.price(), price.currency());
    }
    return "by quantity";
  }
}

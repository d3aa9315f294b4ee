package dev.innkeeper.server.provisioning;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.catalog.Product;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.subscription.Subscription;
import dev.innkeeper.provisioner.DnsLabel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes down what subscriptions entitle to. Thread-safe, and safe on several nodes at once. */
final class Entitlements {
  /** In a subscription's metadata: its owner's word for it. */
  static final String NAME = "name";

  private static final Logger LOG = LoggerFactory.getLogger(Entitlements.class);
  private static final int PAGE = 500;

  private final BillingEngine engine;
  private final Database server;
  private final ResourceStore store;
  private final Supplier<Times> clock;

  Entitlements(BillingEngine engine, Database server, ResourceStore store, Supplier<Times> clock) {
    this.engine = engine;
    this.server = server;
    this.store = store;
    this.clock = clock;
  }

  /**
   * Brings what is desired of one resource up to its subscription.
   *
   * @return whether anything changed
   */
  boolean refresh(UUID customerId, UUID subscriptionId) {
    return server.tx(
        handle -> {
          // The row's lock first and the subscription second: of two that do this at once, the
          // later
          // one reads the later subscription, so what was read earlier is never written later.
          Optional<ResourceStore.Stored> existing = store.lock(handle, customerId, subscriptionId);
          Subscription subscription = engine.subscriptions().get(customerId, subscriptionId);
          Product product = engine.catalog().product(subscription.productCode());
          Times now = clock.get();
          if (existing.isEmpty()) {
            Optional<ResourceStore.Entitlement> first = first(subscription, product);
            return first.isPresent() && store.insert(handle, first.get(), now);
          }
          ResourceStore.Entitlement wanted = next(existing.get(), subscription, product);
          if (wanted.equals(asEntitled(existing.get()))) {
            return false;
          }
          store.desire(handle, wanted, now);
          return true;
        });
  }

  /** Finds and repairs what no event told of, such as one that could not be delivered. */
  int refreshAll() {
    int changed = 0;
    Map<String, Boolean> provisioned = new HashMap<>();
    engine
        .catalog()
        .products()
        .forEach(product -> provisioned.put(product.code(), product.provisioner() != null));
    @Nullable Subscription last = null;
    List<Subscription> page;
    do {
      page = engine.subscriptions().page(last, PAGE);
      for (Subscription subscription : differing(page, provisioned)) {
        changed += refresh(subscription.customerId(), subscription.id()) ? 1 : 0;
      }
      last = page.isEmpty() ? null : page.get(page.size() - 1);
    } while (page.size() == PAGE);
    return changed;
  }

  /** Those of a page that a quick look shows to differ. */
  private List<Subscription> differing(List<Subscription> page, Map<String, Boolean> provisioned) {
    Map<UUID, ResourceStore.Stored> rows = new HashMap<>();
    server
        .tx(
            handle ->
                store.among(
                    handle,
                    page.stream().map(Subscription::customerId).toList(),
                    page.stream().map(Subscription::id).toList()))
        .forEach(row -> rows.put(row.resource().id(), row));
    return page.stream()
        .filter(
            subscription -> {
              ResourceStore.Stored row = rows.get(subscription.id());
              DesiredState desired = DesiredState.of(subscription.status());
              if (row == null) {
                return desired != DesiredState.ABSENT
                    && provisioned.getOrDefault(subscription.productCode(), false);
              }
              return row.resource().desired() != desired || !sameChoice(row, subscription);
            })
        .toList();
  }

  private static boolean sameChoice(ResourceStore.Stored row, Subscription subscription) {
    return row.resource().productCode().equals(subscription.productCode())
        && row.options().equals(subscription.options())
        && row.quantity() == subscription.quantity();
  }

  private static Optional<ResourceStore.Entitlement> first(
      Subscription subscription, Product product) {
    String provisioner = product.provisioner();
    DesiredState desired = DesiredState.of(subscription.status());
    if (provisioner == null || desired == DesiredState.ABSENT) {
      return Optional.empty();
    }
    String name = nameOf(subscription);
    return Optional.of(
        new ResourceStore.Entitlement(
            subscription.customerId(),
            subscription.id(),
            name,
            product.code(),
            subscription.options(),
            subscription.quantity(),
            provisioner,
            workload(subscription, product, name),
            desired));
  }

  private static ResourceStore.Entitlement next(
      ResourceStore.Stored existing, Subscription subscription, Product product) {
    ResourceStore.Entitlement now = asEntitled(existing);
    String provisioner = product.provisioner();
    DesiredState desired =
        provisioner == null ? DesiredState.ABSENT : DesiredState.of(subscription.status());
    boolean keeps = sameChoice(existing, subscription) || desired == DesiredState.ABSENT;
    if (!keeps && !now.provisioner().equals(provisioner)) {
      // Its data is with the old one. What was paid for goes on there until somebody moves it.
      LOG.error(
          "subscription {} changed to product {}, which needs provisioner {}: it stays with {}",
          subscription.id(),
          product.code(),
          provisioner,
          now.provisioner());
      keeps = true;
    }
    return new ResourceStore.Entitlement(
        now.customerId(),
        now.id(),
        now.name(),
        product.code(),
        subscription.options(),
        subscription.quantity(),
        now.provisioner(),
        keeps ? now.workload() : workload(subscription, product, now.name()),
        desired);
  }

  private static ResourceStore.Entitlement asEntitled(ResourceStore.Stored row) {
    Resource resource = row.resource();
    return new ResourceStore.Entitlement(
        resource.customerId(),
        resource.id(),
        resource.name(),
        resource.productCode(),
        row.options(),
        row.quantity(),
        resource.provisioner(),
        row.workload(),
        resource.desired());
  }

  static String nameOf(Subscription subscription) {
    String chosen = subscription.metadata().get(NAME);
    // The last digits of a UUIDv7 are its random ones.
    String id = subscription.id().toString();
    return chosen != null && DnsLabel.isOne(chosen) ? chosen : "s" + id.substring(id.length() - 12);
  }

  private static Map<String, String> workload(
      Subscription subscription, Product product, String name) {
    try {
      return new WorkloadTemplate(product.template())
          .fill(
              new WorkloadTemplate.Choice(
                  name, subscription.options(), subscription.quantity(), subscription.metadata()));
    } catch (IllegalArgumentException e) {
      // Kept as it is: the attempt to run it will fail with this very message, for all to read.
      LOG.error("the template of product {} can't be filled in", product.code(), e);
      return product.template();
    }
  }
}

package dev.innkeeper.billing.catalog;

import dev.innkeeper.billing.catalog.PriceVersion.TariffKey;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.problem.NotFound;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The whole catalog at one revision, in memory. Immutable, thread-safe. */
public final class CatalogSnapshot {
  private final UUID revision;
  private final SortedMap<String, Product> products;
  private final SortedMap<String, Meter> meters;
  private final Map<UUID, PriceVersion> versions = new HashMap<>();
  private final Map<TariffKey, List<PriceVersion>> tariffs = new HashMap<>();
  private final Map<UUID, TariffKey> tariffOf = new HashMap<>();
  private final Map<String, List<TariffKey>> tariffsOfProduct = new HashMap<>();

  /** Tariffs of which some version owes for usage without any usage. */
  private final Set<TariffKey> withUsageMinimum = new HashSet<>();

  /** Of what was stored; the order does not matter. */
  public CatalogSnapshot(
      UUID revision,
      Collection<Product> products,
      Collection<Meter> meters,
      Collection<PriceVersion> versions) {
    this.revision = revision;
    this.products = new TreeMap<>();
    products.forEach(p -> this.products.put(p.code(), p));
    this.meters = new TreeMap<>();
    meters.forEach(m -> this.meters.put(m.code(), m));
    List<PriceVersion> sorted = new ArrayList<>(versions);
    sorted.sort(Comparator.comparing(PriceVersion::effectiveFrom));
    for (PriceVersion version : sorted) {
      TariffKey key = version.tariff();
      this.versions.put(version.id(), version);
      tariffOf.put(version.id(), key);
      if (!tariffs.containsKey(key)) {
        tariffsOfProduct.computeIfAbsent(key.productCode(), c -> new ArrayList<>()).add(key);
      }
      tariffs.computeIfAbsent(key, k -> new ArrayList<>()).add(version);
      if (version.components().stream()
          .anyMatch(c -> c.per() == PriceComponent.Per.UNIT && c.minimum() != null)) {
        withUsageMinimum.add(key);
      }
    }
  }

  UUID revision() {
    return revision;
  }

  public List<Product> products() {
    return List.copyOf(products.values());
  }

  public List<Meter> meters() {
    return List.copyOf(meters.values());
  }

  public Optional<Meter> meter(String code) {
    return Optional.ofNullable(meters.get(code));
  }

  public Optional<Product> findProduct(String code) {
    return Optional.ofNullable(products.get(code));
  }

  /**
   * @throws NotFound when there is no such product
   */
  public Product product(String code) {
    return findProduct(code).orElseThrow(() -> new NotFound("product", YamlFields.shorten(code)));
  }

  /**
   * @throws IllegalStateException when there is none: versions are never deleted
   */
  public PriceVersion version(UUID id) {
    PriceVersion version = versions.get(id);
    if (version == null) {
      throw new IllegalStateException("there is no price version " + id);
    }
    return version;
  }

  /** Whether this price, or one that a raise may bring, has a minimum for a meter. */
  public boolean hasUsageMinimum(UUID priceVersionId) {
    return !withUsageMinimum.isEmpty()
        && withUsageMinimum.contains(version(priceVersionId).tariff());
  }

  /** Every version ever published of the product, by tariff and then by time. */
  public List<PriceVersion> versionsOf(String productCode) {
    return tariffsOfProduct.getOrDefault(productCode, List.of()).stream()
        .sorted(Comparator.comparing(TariffKey::toString))
        .flatMap(key -> versionsOf(key).stream())
        .toList();
  }

  List<PriceVersion> versionsOf(TariffKey key) {
    return tariffs.getOrDefault(key, List.of());
  }

  List<TariffKey> tariffsOf(String productCode) {
    return tariffsOfProduct.getOrDefault(productCode, List.of());
  }

  /**
   * The options with the defaults for those that are not given.
   *
   * @throws InvalidInput naming the option that the product does not have
   */
  public Map<String, String> complete(Product product, Map<String, String> options) {
    SortedMap<String, String> complete = new TreeMap<>();
    product.options().forEach((name, values) -> complete.put(name, values.get(0)));
    options.forEach(
        (name, value) -> {
          List<String> values = product.options().get(name);
          if (values == null) {
            throw new InvalidInput(
                "options." + YamlFields.shorten(name),
                product.code() + " has no such option; it has " + product.options().keySet());
          }
          if (!values.contains(value)) {
            throw new InvalidInput("options." + name, "must be one of " + values);
          }
          complete.put(name, value);
        });
    return complete;
  }

  /**
   * The price at which the product is sold at an instant.
   *
   * @param options as {@link #complete} gives them
   * @throws NotAllowed when the product has no price for these options in this currency then
   */
  public PriceVersion priceFor(
      String productCode, Map<String, String> options, Currency currency, Instant at) {
    for (TariffKey key : tariffsOf(productCode)) {
      List<PriceVersion> sequence = versionsOf(key);
      if (key.currency().equals(currency) && sequence.get(0).matches(options)) {
        PriceVersion found = inForce(sequence, at);
        if (found != null) {
          return found;
        }
      }
    }
    throw new NotAllowed(
        "no-price",
        productCode
            + " has no price in "
            + currency
            + " for "
            + (options.isEmpty() ? "it" : TariffKey.text(options))
            + " at "
            + at
            + ": add one to the catalog");
  }

  static @Nullable PriceVersion inForce(List<PriceVersion> sequence, Instant at) {
    PriceVersion found = null;
    for (PriceVersion version : sequence) {
      if (!version.effectiveFrom().isAfter(at)) {
        found = version;
      }
    }
    return found;
  }

  /**
   * The price of a subscription in a period that starts at the instant: the one it has, unless a
   * later version moves running subscriptions and its notice is over.
   *
   * @param current the price version of the period before
   */
  public PriceVersion renewed(UUID current, Instant periodStart) {
    PriceVersion held = version(current);
    TariffKey key = tariffOf.get(current);
    List<PriceVersion> sequence = key == null ? List.of() : versionsOf(key);
    // From the newest: an old version passed over by a newer one never comes to hold.
    for (int i = sequence.size() - 1; i >= 0; i--) {
      PriceVersion candidate = sequence.get(i);
      if (!candidate.effectiveFrom().isAfter(held.effectiveFrom())) {
        return held;
      }
      if (candidate.raise() == RaisePolicy.MOVE_AT_RENEWAL
          && !candidate.movesFrom().isAfter(periodStart)) {
        return candidate;
      }
    }
    return held;
  }

  /** The versions of the same tariff that came before, from which a raise may move. */
  public List<UUID> before(PriceVersion raise) {
    return versionsOf(raise.tariff()).stream()
        .filter(v -> v.effectiveFrom().isBefore(raise.effectiveFrom()))
        .map(PriceVersion::id)
        .toList();
  }

  /** The later versions of the same tariff that move running subscriptions, by time. */
  public List<PriceVersion> raisesAfter(UUID current) {
    PriceVersion held = version(current);
    return versionsOf(held.tariff()).stream()
        .filter(v -> v.raise() == RaisePolicy.MOVE_AT_RENEWAL)
        .filter(v -> v.effectiveFrom().isAfter(held.effectiveFrom()))
        .toList();
  }
}

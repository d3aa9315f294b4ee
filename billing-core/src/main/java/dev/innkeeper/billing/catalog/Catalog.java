package dev.innkeeper.billing.catalog;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.InvalidInput.Violation;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.problem.NotFound;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/**
 * The catalog: a definition is planned, which shows a diff, and applied, which publishes it. Prices
 * are never changed or removed, only followed by newer versions. Thread-safe.
 */
public final class Catalog {
  private static final int ACTOR_LENGTH_MAX = 200;
  private static final int HISTORY_MAX = 1000;

  private final Database db;
  private final ObjectMapper json;
  private final Ids ids;
  private final Clock clock;
  private final AtomicReference<@Nullable CatalogSnapshot> latest = new AtomicReference<>();

  public Catalog(Database db, ObjectMapper json, Ids ids, Clock clock) {
    this.db = db;
    this.json = json;
    this.ids = ids;
    this.clock = clock;
  }

  /**
   * What applying the YAML text would change. Nothing is written.
   *
   * @throws InvalidInput naming every fault by field and line
   */
  public CatalogDiff plan(String yaml) {
    return plan(CatalogYaml.read(yaml));
  }

  /** {@link #plan(String)} for a definition made by a program; faults are named by field. */
  public CatalogDiff plan(CatalogDefinition definition) {
    requireSound(definition);
    return new CatalogPlan(snapshot(), definition, now()).diff();
  }

  /**
   * Publishes what the YAML text adds or changes.
   *
   * @param actor who does it, kept in the history
   * @return what was changed; empty when the catalog was so already
   * @throws InvalidInput naming every fault by field and line
   */
  public CatalogDiff apply(String yaml, String actor) {
    return apply(CatalogYaml.read(yaml), actor);
  }

  /** {@link #apply(String, String)} for a definition made by a program. */
  public CatalogDiff apply(CatalogDefinition definition, String actor) {
    if (actor.isBlank() || actor.length() > ACTOR_LENGTH_MAX) {
      throw new InvalidInput("actor", "must have 1 to " + ACTOR_LENGTH_MAX + " characters");
    }
    requireSound(definition);
    return db.tx(
        handle -> {
          handle.execute("select 1 from @.catalog_state where id = 1 for update");
          CatalogPlan plan = new CatalogPlan(snapshot(), definition, now());
          if (!plan.diff().isEmpty()) {
            store(handle, plan, actor);
          }
          return plan.diff();
        });
  }

  private static void requireSound(CatalogDefinition definition) {
    List<Violation> faults = CatalogRules.check(definition, new CatalogRules.Locations());
    if (!faults.isEmpty()) {
      throw new InvalidInput(faults);
    }
  }

  public List<Product> products() {
    return snapshot().products();
  }

  /**
   * @throws NotFound when there is no such product
   */
  public Product product(String code) {
    return snapshot().product(code);
  }

  /** Every price version of the product, by tariff and then by time. */
  public List<PriceVersion> versions(String productCode) {
    CatalogSnapshot snapshot = snapshot();
    return snapshot.versionsOf(snapshot.product(productCode).code());
  }

  /**
   * @throws NotFound when there is no such price version
   */
  public PriceVersion version(UUID id) {
    try {
      return snapshot().version(id);
    } catch (IllegalStateException e) {
      throw new NotFound("price", id.toString());
    }
  }

  /**
   * The price at which the product is sold at an instant.
   *
   * @param options those not given take their defaults
   * @throws NotFound when there is no such product
   * @throws InvalidInput when the product has no such option
   * @throws NotAllowed when there is no price for these options in this currency then
   */
  public PriceVersion priceFor(
      String productCode, Map<String, String> options, Currency currency, Instant at) {
    CatalogSnapshot snapshot = snapshot();
    Product product = snapshot.product(productCode);
    return snapshot.priceFor(productCode, snapshot.complete(product, options), currency, at);
  }

  /**
   * What it would cost, at the price of now.
   *
   * @throws NotFound when there is no such product
   * @throws InvalidInput when options, quantity, duration or a meter are not as they should be
   * @throws NotAllowed when there is no price for these options in this currency
   */
  public Quote quote(QuoteRequest request) {
    if (request.quantity() < 1 || request.quantity() > 1_000_000) {
      throw new InvalidInput("quantity", "must be 1 to 1,000,000");
    }
    if (request.duration() != null
        && (request.duration().isNegative() || request.duration().toDays() > 36_600)) {
      throw new InvalidInput("duration", "must be 0 to 36,600 days");
    }
    CatalogSnapshot snapshot = snapshot();
    request
        .usageAMonth()
        .forEach(
            (meter, quantity) -> {
              if (snapshot.meter(meter).isEmpty()) {
                throw new InvalidInput("usageAMonth", "there is no meter " + meter);
              }
              if (quantity.signum() < 0 || quantity.compareTo(new BigDecimal("1e12")) > 0) {
                throw new InvalidInput("usageAMonth." + meter, "must be 0 to 1,000,000,000,000");
              }
            });
    PriceVersion price =
        priceFor(request.productCode(), request.options(), request.currency(), clock.instant());
    return new Quoting(price, request).quote();
  }

  /**
   * One entry of the history.
   *
   * @param actor who did it
   */
  public record Entry(UUID revision, Instant changedAt, String actor, CatalogDiff.Change change) {}

  /** The latest changes, newest first, at most {@code limit} and 1,000. */
  public List<Entry> history(int limit) {
    return db.tx(
        handle ->
            handle
                .createQuery(
                    "select revision, changed_at, actor, action, subject, detail"
                        + " from @.catalog_change order by changed_at desc, revision desc, seq"
                        + " limit :limit")
                .bind("limit", Math.min(limit, HISTORY_MAX))
                .map(
                    (row, context) ->
                        new Entry(
                            row.getObject(1, UUID.class),
                            SqlValues.instant(row, 2),
                            row.getString(3),
                            new CatalogDiff.Change(
                                CatalogDiff.Action.valueOf(row.getString(4)),
                                row.getString(5),
                                row.getString(6))))
                .list());
  }

  /** The catalog as it is in the database now; read again only when it has changed. */
  public CatalogSnapshot snapshot() {
    return db.tx(
        handle -> {
          UUID revision =
              handle
                  .createQuery("select revision from @.catalog_state where id = 1")
                  .mapTo(UUID.class)
                  .one();
          CatalogSnapshot held = latest.get();
          if (held != null && held.revision().equals(revision)) {
            return held;
          }
          CatalogSnapshot read = read(handle, revision);
          latest.set(read);
          return read;
        });
  }

  private CatalogSnapshot read(Handle handle, UUID revision) {
    List<Product> products =
        handle
            .createQuery("select definition from @.product")
            .map((row, context) -> BillingJson.read(json, row.getString(1), Product.class))
            .list();
    List<Meter> meters =
        handle
            .createQuery("select code, unit, kind, aggregation from @.meter")
            .map(
                (row, context) ->
                    new Meter(
                        row.getString(1),
                        row.getString(2),
                        Meter.Kind.valueOf(row.getString(3)),
                        Meter.Aggregation.valueOf(row.getString(4))))
            .list();
    List<PriceVersion> versions =
        handle
            .createQuery("select definition from @.price_version")
            .map((row, context) -> BillingJson.read(json, row.getString(1), PriceVersion.class))
            .list();
    return new CatalogSnapshot(revision, products, meters, versions);
  }

  private void store(Handle handle, CatalogPlan plan, String actor) {
    UUID revision = ids.next();
    for (Meter meter : plan.meters()) {
      handle
          .createUpdate(
              "insert into @.meter (code, unit, kind, aggregation)"
                  + " values (:code, :unit, :kind, :aggregation)"
                  + " on conflict (code) do update set unit = excluded.unit")
          .bind("code", meter.code())
          .bind("unit", meter.unit())
          .bind("kind", meter.kind())
          .bind("aggregation", meter.aggregation())
          .execute();
    }
    for (Product product : plan.products()) {
      handle
          .createUpdate(
              "insert into @.product (code, definition) values (:code, cast(:definition as jsonb))"
                  + " on conflict (code) do update set definition = excluded.definition")
          .bind("code", product.code())
          .bind("definition", BillingJson.write(json, product))
          .execute();
    }
    for (CatalogDefinition.Price price : plan.prices().keySet()) {
      storeVersion(handle, plan.version(price, ids.next(), now()));
    }
    storeHistory(handle, plan, revision, actor);
    handle
        .createUpdate("update @.catalog_state set revision = :revision where id = 1")
        .bind("revision", revision)
        .execute();
  }

  private void storeVersion(Handle handle, PriceVersion version) {
    handle
        .createUpdate(
            "insert into @.price_version (id, product_code, tariff, currency, effective_from,"
                + " published_at, definition) values (:id, :product, :tariff, :currency,"
                + " :effective, :published, cast(:definition as jsonb))")
        .bind("id", version.id())
        .bind("product", version.productCode())
        .bind("tariff", version.tariff().when())
        .bind("currency", version.currency().code())
        .bind("effective", version.effectiveFrom().atOffset(ZoneOffset.UTC))
        .bind("published", version.publishedAt().atOffset(ZoneOffset.UTC))
        .bind("definition", BillingJson.write(json, version))
        .execute();
    if (version.raise() == RaisePolicy.MOVE_AT_RENEWAL) {
      handle
          .createUpdate(
              "insert into @.price_raise (price_version_id, next_at, rounds_left)"
                  + " values (:id, :next, 2)")
          .bind("id", version.id())
          .bind("next", version.noticeAt().atOffset(ZoneOffset.UTC))
          .execute();
    }
  }

  private void storeHistory(Handle handle, CatalogPlan plan, UUID revision, String actor) {
    PreparedBatch batch =
        handle.prepareBatch(
            "insert into @.catalog_change (revision, seq, changed_at, actor, action, subject,"
                + " detail) values (:revision, :seq, :at, :actor, :action, :subject, :detail)");
    int seq = 0;
    for (CatalogDiff.Change change : plan.diff().changes()) {
      batch
          .bind("revision", revision)
          .bind("seq", seq++)
          .bind("at", now().atOffset(ZoneOffset.UTC))
          .bind("actor", actor)
          .bind("action", change.action())
          .bind("subject", change.subject())
          .bind("detail", change.detail())
          .add();
    }
    batch.execute();
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS);
  }
}

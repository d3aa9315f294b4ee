package dev.innkeeper.billing.subscription;

import dev.innkeeper.billing.catalog.Catalog;
import dev.innkeeper.billing.catalog.CatalogSnapshot;
import dev.innkeeper.billing.catalog.PriceComponent;
import dev.innkeeper.billing.catalog.PriceVersion;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.event.EventLog;
import dev.innkeeper.billing.time.BillingCalendar;
import dev.innkeeper.billing.work.DueWork;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/**
 * Tells customers that a raise will move their subscriptions, the raise's notice ahead. Works
 * through the subscriptions once for every raise, a chunk at a time; between raises it reads one
 * index. Several nodes may do it at once. Thread-safe.
 */
public final class PriceNotices implements DueWork {
  private static final int SUBSCRIPTIONS_A_BATCH = 500;

  private final Database db;
  private final Catalog catalog;
  private final EventLog events;

  PriceNotices(Database db, Catalog catalog, EventLog events) {
    this.db = db;
    this.catalog = catalog;
    this.events = events;
  }

  /** A subscription that a raise may move. */
  record Candidate(
      UUID customerId,
      UUID id,
      String productCode,
      UUID priceVersionId,
      @Nullable Instant endsAt,
      BillingCalendar calendar) {}

  /** A raise, and how far its customers were told. */
  private record Round(
      UUID priceVersionId, int roundsLeft, UUID afterCustomer, UUID afterSubscription) {}

  @Override
  public String name() {
    return "price-notices";
  }

  @Override
  public int runBatch(Instant now) {
    return db.tx(handle -> due(handle, now).map(round -> tell(handle, round, now)).orElse(0));
  }

  private static Optional<Round> due(Handle handle, Instant now) {
    return handle
        .createQuery(
            "select price_version_id, rounds_left, after_customer, after_subscription"
                + " from @.price_raise where next_at <= :now and rounds_left > 0"
                + " order by next_at, price_version_id limit 1 for update skip locked")
        .bind("now", SubscriptionStore.at(now))
        .map(
            (row, context) ->
                new Round(
                    row.getObject(1, UUID.class),
                    row.getInt(2),
                    row.getObject(3, UUID.class),
                    row.getObject(4, UUID.class)))
        .findOne();
  }

  /** Gives how many subscriptions were looked at, and one for the round. */
  private int tell(Handle handle, Round round, Instant now) {
    CatalogSnapshot prices = catalog.snapshot();
    PriceVersion raise = prices.version(round.priceVersionId());
    List<Candidate> chunk = chunk(handle, round, prices.before(raise));
    List<PriceChanged> moves = new ArrayList<>();
    for (Candidate candidate : chunk) {
      move(prices, raise, candidate).ifPresent(moves::add);
    }
    announce(handle, moves, now);
    boolean finished = chunk.size() < SUBSCRIPTIONS_A_BATCH;
    Candidate last = finished ? null : chunk.get(chunk.size() - 1);
    handle
        .createUpdate(
            "update @.price_raise set next_at = :next, rounds_left = :left,"
                + " after_customer = :customer, after_subscription = :subscription"
                + " where price_version_id = :id")
        .bind("next", SubscriptionStore.at(finished ? raise.movesFrom() : now))
        .bind("left", round.roundsLeft() - (finished ? 1 : 0))
        .bind("customer", last == null ? new UUID(0, 0) : last.customerId())
        .bind("subscription", last == null ? new UUID(0, 0) : last.id())
        .bind("id", round.priceVersionId())
        .execute();
    return chunk.size() + 1;
  }

  private static List<Candidate> chunk(Handle handle, Round round, List<UUID> olderPrices) {
    return handle
        .createQuery(
            "select s.customer_id, s.id, s.product_code, s.price_version_id, s.ends_at,"
                + " c.anchor_date, c.zone from @.subscription s"
                + " join @.customer c on c.id = s.customer_id"
                + " where (s.customer_id, s.id) > (:customer, :subscription)"
                + " and s.price_version_id = any(:prices) and s.status <> 'ENDED'"
                + " order by s.customer_id, s.id limit :limit")
        .bind("customer", round.afterCustomer())
        .bind("subscription", round.afterSubscription())
        .bindArray("prices", UUID.class, olderPrices)
        .bind("limit", SUBSCRIPTIONS_A_BATCH)
        .map((row, context) -> candidate(row))
        .list();
  }

  private static Candidate candidate(ResultSet row) throws SQLException {
    return new Candidate(
        row.getObject(1, UUID.class),
        row.getObject(2, UUID.class),
        row.getString(3),
        row.getObject(4, UUID.class),
        SqlValues.instantOrNull(row, 5),
        new BillingCalendar(row.getObject(6, LocalDate.class), ZoneId.of(row.getString(7))));
  }

  /**
   * Tells of raises that were announced before the subscription came to its price. In the
   * transaction that brings it there; the customer is locked.
   */
  void atSale(Handle handle, Subscription s, BillingCalendar calendar, Instant now) {
    CatalogSnapshot prices = catalog.snapshot();
    List<PriceChanged> moves = new ArrayList<>();
    Candidate candidate =
        new Candidate(
            s.customerId(), s.id(), s.productCode(), s.priceVersionId(), s.endedAt(), calendar);
    for (PriceVersion raise : prices.raisesAfter(s.priceVersionId())) {
      if (!raise.noticeAt().isAfter(now)) {
        move(prices, raise, candidate).ifPresent(moves::add);
      }
    }
    announce(handle, moves, now);
  }

  /** The move to the raise's price; empty when it ends before, or another raise comes first. */
  private static Optional<PriceChanged> move(
      CatalogSnapshot prices, PriceVersion raise, Candidate s) {
    BillingCalendar.Period period = s.calendar().periodAt(raise.movesFrom());
    Instant movesAt = period.from().equals(raise.movesFrom()) ? raise.movesFrom() : period.to();
    if (s.endsAt() != null && !s.endsAt().isAfter(movesAt)) {
      return Optional.empty();
    }
    if (!prices.renewed(s.priceVersionId(), movesAt).id().equals(raise.id())) {
      return Optional.empty();
    }
    Instant periodBefore = s.calendar().periodAt(movesAt.minusSeconds(1)).from();
    PriceVersion held = prices.renewed(s.priceVersionId(), periodBefore);
    return Optional.of(
        new PriceChanged(
            s.customerId(),
            s.id(),
            s.productCode(),
            held.id(),
            raise.id(),
            movesAt,
            lines(held),
            lines(raise)));
  }

  private static List<String> lines(PriceVersion price) {
    return price.components().stream().map(c -> line(price, c)).toList();
  }

  private static String line(PriceVersion price, PriceComponent component) {
    String what =
        component.per() == PriceComponent.Per.UNIT
            ? String.valueOf(component.meter())
            : component.per().name().toLowerCase(Locale.ROOT);
    return component.name()
        + ": "
        + component.rate(1).stripTrailingZeros().toPlainString()
        + " "
        + price.currency()
        + (component.per() == PriceComponent.Per.ONCE ? " " : " per ")
        + what;
  }

  private void announce(Handle handle, List<PriceChanged> moves, Instant now) {
    if (moves.isEmpty()) {
      return;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            "insert into @.price_notice (customer_id, subscription_id, price_version_id, told_at,"
                + " moves_at) values (:customer, :subscription, :price, :now, :moves)"
                + " on conflict do nothing");
    for (PriceChanged move : moves) {
      batch
          .bind("customer", move.customerId())
          .bind("subscription", move.subscriptionId())
          .bind("price", move.newPriceVersionId())
          .bind("now", SubscriptionStore.at(now))
          .bind("moves", SubscriptionStore.at(move.movesAt()))
          .add();
    }
    int[] inserted = batch.execute();
    List<PriceChanged> first = new ArrayList<>();
    for (int i = 0; i < inserted.length; i++) {
      if (inserted[i] > 0) {
        first.add(moves.get(i));
      }
    }
    events.append(first);
  }
}

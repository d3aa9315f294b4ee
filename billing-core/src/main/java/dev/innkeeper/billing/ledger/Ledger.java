package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Books transfers and tells balances. Thread-safe.
 *
 * <p>A transfer's id has one effect: sent again with the same content it gives the first outcome,
 * with other content {@link PostResult.Conflict}. Within a transaction of the calling thread,
 * posting joins it and is undone with it.
 */
public final class Ledger {
  /** More transfers are several calls. */
  public static final int TRANSFERS_MAX = 10_000;

  private final Database db;
  private final Clock clock;
  private final AccountKeys keys = new AccountKeys();
  private final Poster poster;
  private final AccountReader reader;

  public Ledger(Database db, Clock clock) {
    this.db = db;
    this.clock = clock;
    this.poster = new Poster(db, clock, keys);
    this.reader = new AccountReader(db, keys);
  }

  /** Books one transfer, or tells why not. */
  public PostResult post(Transfer transfer) {
    return book(List.of(List.of(Request.single(transfer)))).get(0);
  }

  /**
   * Books transfers in order, each for itself.
   *
   * @param transfers at most {@link #TRANSFERS_MAX}
   * @return a result for each, in order
   * @throws InvalidInput when there are too many
   */
  public List<PostResult> postAll(List<Transfer> transfers) {
    requireFew(transfers);
    return book(transfers.stream().map(t -> List.of(Request.single(t))).toList());
  }

  /**
   * Books transfers in order, all or none.
   *
   * @param transfers at most {@link #TRANSFERS_MAX}; the same list with the same ids is a repeat
   * @return a result for each, in order: all posted, or none
   * @throws InvalidInput when there are too many, or one id twice
   */
  public List<PostResult> postLinked(List<Transfer> transfers) {
    requireFew(transfers);
    if (transfers.stream().map(Transfer::id).distinct().count() < transfers.size()) {
      throw new InvalidInput("transfers", "must not hold the same id twice");
    }
    return transfers.isEmpty() ? List.of() : book(List.of(Request.linked(transfers)));
  }

  /** {@link #post} without waiting. */
  public CompletableFuture<PostResult> postAsync(Transfer transfer) {
    return CompletableFuture.completedFuture(post(transfer));
  }

  /**
   * Books a transfer that must go through.
   *
   * @throws NotAllowed when it is refused, with the reason's code
   * @throws dev.innkeeper.billing.problem.Conflict when the id was used for another transfer
   */
  public PostResult.Posted require(Transfer transfer) {
    return required(post(transfer));
  }

  /**
   * Books transfers that must all go through: all or none.
   *
   * @throws NotAllowed when one is refused, with the reason's code
   * @throws dev.innkeeper.billing.problem.Conflict when an id was used for another transfer
   */
  public List<PostResult.Posted> requireAll(List<Transfer> transfers) {
    // In one transaction, which the exception ends: that makes all or none of them.
    return db.tx(handle -> postAll(transfers).stream().map(Ledger::required).toList());
  }

  private static PostResult.Posted required(PostResult result) {
    if (result instanceof PostResult.Posted posted) {
      return posted;
    }
    if (result instanceof PostResult.Refused refused) {
      throw new NotAllowed(refused.reason().code(), refused.message());
    }
    throw new dev.innkeeper.billing.problem.Conflict(
        "transfer-id-reused",
        "transfer id " + result.id() + " was used before for another transfer; use a new id");
  }

  private static void requireFew(List<Transfer> transfers) {
    if (transfers.size() > TRANSFERS_MAX) {
      throw new InvalidInput(
          "transfers", "must be at most " + TRANSFERS_MAX + ", were " + transfers.size());
    }
  }

  private List<PostResult> book(List<List<Request>> groups) {
    return groups.isEmpty()
        ? List.of()
        : db.tx(handle -> poster.post(handle.getConnection(), groups));
  }

  /**
   * Opens an account with terms of its own. Opening it again with the same terms does nothing.
   *
   * @throws InvalidInput when the floor is above zero, the type is not the chart's, or a house
   *     account of the chart is given a floor
   * @throws dev.innkeeper.billing.problem.Conflict when it exists with other terms
   */
  public void open(AccountSpec spec) {
    Long floor = spec.floorMinorUnits();
    if (floor != null && floor > 0) {
      throw new InvalidInput("floor", "must be zero or below: an account begins with zero");
    }
    AccountSpec chart = Chart.find(spec.id());
    if (chart != null && chart.type() != spec.type()) {
      throw new InvalidInput("type", spec.id() + " is of type " + chart.type() + " by the chart");
    }
    if (floor != null && Chart.isSplit(spec.id())) {
      throw new InvalidInput("floor", spec.id() + " is kept in lanes and can't have a floor");
    }
    db.run(handle -> open(handle, spec));
  }

  private void open(Handle handle, AccountSpec spec) {
    AccountKey key = keys.of(spec.id(), 0);
    handle
        .createUpdate(
            "insert into @.ledger_account (owner, account, code, currency, lane, type, floor,"
                + " opened_at, recorded_at) values (:owner, :account, :code, :currency, 0, :type,"
                + " :floor, :now, :now) on conflict do nothing")
        .bind("owner", key.owner())
        .bind("account", key.account())
        .bind("code", spec.id().code())
        .bind("currency", spec.id().currency().code())
        .bind("type", spec.type().name())
        .bind("floor", spec.floorMinorUnits())
        .bind("now", clock.instant().truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC))
        .execute();
    boolean same =
        handle
            .createQuery(
                "select code = :code and currency = :currency and type = :type"
                    + " and floor is not distinct from :floor::bigint"
                    + " from @.ledger_account where owner = :owner and account = :account")
            .bind("owner", key.owner())
            .bind("account", key.account())
            .bind("code", spec.id().code())
            .bind("currency", spec.id().currency().code())
            .bind("type", spec.type().name())
            .bind("floor", spec.floorMinorUnits())
            .mapTo(Boolean.class)
            .one();
    if (!same) {
      throw new dev.innkeeper.billing.problem.Conflict(
          "account-exists", spec.id() + " exists with another type or floor");
    }
  }

  /**
   * What is on the account now, on its natural side: for a receivable, positive is what the
   * customer owes; for cash, what the customer has. Zero when it does not exist.
   */
  public Amount balance(AccountId id) {
    return reader.balances(List.of(id)).getOrDefault(id, Amount.zero(id.currency()));
  }

  /** {@link #balance} of many at once; every id is in the answer. */
  public Map<AccountId, Amount> balances(Collection<AccountId> ids) {
    return reader.balances(ids);
  }

  /** {@link #balance} as it was recorded at the end of the microsecond of an instant. */
  public Amount balanceAt(AccountId id, Instant instant) {
    return reader.balanceAt(id, instant.truncatedTo(ChronoUnit.MICROS));
  }

  /**
   * What was booked on an account, newest first.
   *
   * @param cursor {@link HistoryPage#next} of the page before; null for the first page
   * @param limit 1 to 500
   * @throws InvalidInput when the cursor is none of ours
   */
  public HistoryPage history(AccountId id, @Nullable String cursor, int limit) {
    return reader.history(id, cursor, limit);
  }

  /** All accounts, summed by code and currency. Reads every account. */
  public TrialBalance trialBalance() {
    return reader.trialBalance();
  }
}

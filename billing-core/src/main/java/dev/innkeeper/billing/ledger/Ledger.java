package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.work.DueWork;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Books transfers and tells balances. Thread-safe.
 *
 * <p>A transfer's id has one effect: sent again with the same content it gives the first outcome,
 * with other content {@link PostResult.Conflict}. Within a transaction of the calling thread,
 * posting joins it and is undone with it.
 */
public final class Ledger implements AutoCloseable {
  /** More transfers are several calls. */
  public static final int TRANSFERS_MAX = 10_000;

  private static final int CHUNK = 1_000;

  /** From so many transfers on, COPY is faster. */
  private static final int BULK_MIN = 32;

  private final Database db;
  private final Clock clock;
  private final AccountKeys keys = new AccountKeys();
  private final Poster poster;
  private final BulkPoster bulkPoster;
  private final Batcher batcher;
  private final AccountReader reader;
  private final HoldReader holds;
  private final TransferReader transfers;
  private final LedgerSettings settings;

  /** A ledger with {@link LedgerSettings#STANDARD}. */
  public Ledger(Database db, Clock clock) {
    this(db, clock, LedgerSettings.STANDARD);
  }

  public Ledger(Database db, Clock clock, LedgerSettings settings) {
    this.db = db;
    this.clock = clock;
    this.settings = settings;
    this.poster = new Poster(db, clock, keys);
    this.bulkPoster = new BulkPoster(db, clock, keys);
    FastPoster fastPoster = new FastPoster(db, clock, keys);
    this.batcher =
        new Batcher(
            groups ->
                fastPoster
                    .post(groups)
                    .orElseGet(() -> db.tx(handle -> poster.post(handle.getConnection(), groups))),
            settings);
    this.reader = new AccountReader(db, keys);
    this.holds = new HoldReader(db);
    this.transfers = new TransferReader(db);
  }

  /** What the ledger does when time has come. */
  public List<DueWork> dueWork() {
    return List.of(
        new PartitionUpkeep(db), new HoldExpiry(holds, this), new Sealer(db, new RowReader(db)));
  }

  /** Writes the books as other programs read them. */
  public LedgerExport export() {
    return new LedgerExport(db);
  }

  /** Checks the books, and exports what others need to check them. */
  public LedgerAudit audit() {
    return new LedgerAudit(db);
  }

  /** Ends the ledger's threads; what they had not begun to post is refused. */
  @Override
  public void close() {
    batcher.close();
  }

  /** Books one transfer, or tells why not. */
  public PostResult post(Transfer transfer) {
    return book(List.of(List.of(Request.of(transfer)))).get(0);
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
    return book(transfers.stream().map(t -> List.of(Request.of(t))).toList());
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

  /**
   * {@link #post} without waiting, unless too many wait already. Within a transaction it posts at
   * once.
   *
   * @return completes with the result, or with {@link OutcomeUnknown}
   */
  public CompletableFuture<PostResult> postAsync(Transfer transfer) {
    List<List<Request>> groups = List.of(List.of(Request.of(transfer)));
    return db.inTransaction()
        ? CompletableFuture.completedFuture(book(groups).get(0))
        : batcher.submit(groups).thenApply(results -> results.get(0));
  }

  /**
   * Undoes a transfer by booking its opposite. A transfer is undone once; the undoing can be undone
   * in turn.
   *
   * @param originalId the posted transfer
   * @param newId the id of the opposite, made by the caller
   * @param metadata notes, such as why
   */
  public PostResult reverse(UUID originalId, UUID newId, Map<String, String> metadata) {
    List<Posting> postings =
        transfers.postings(originalId).stream()
            .map(p -> new Posting(p.account(), p.side().opposite(), p.minorUnits()))
            .toList();
    if (postings.isEmpty()) {
      return new PostResult.Refused(
          newId,
          RefusalReason.NOT_POSTED,
          "transfer " + originalId + " was not posted, so there is nothing to reverse",
          false);
    }
    Transfer.Builder opposite = Transfer.builder(newId, "reversal");
    postings.forEach(opposite::posting);
    metadata.forEach(opposite::meta);
    Transfer transfer = opposite.build();
    return bookOne(
        Request.of(
            Request.Head.of(transfer), transfer.postings(), new Action.Reversal(originalId)));
  }

  /**
   * Promises money, so that nothing else can spend it. Refused when the balance does not hold it.
   */
  public PostResult reserve(Hold hold) {
    return bookOne(
        Request.of(
            Request.Head.of(hold.id(), "hold"),
            List.of(),
            new Action.Reserve(hold.account(), hold.amount().minorUnits(), hold.expiresAt())));
  }

  /**
   * Books a transfer that takes from a hold, all of it or part; the rest stays held.
   *
   * @param transfer lowers the held account's balance by at most what is left of the hold
   */
  public PostResult capture(UUID holdId, Transfer transfer) {
    Optional<HoldStatus> hold = holds.find(holdId);
    if (hold.isEmpty()) {
      return unknownHold(holdId, transfer.id());
    }
    Action action = new Action.Capture(new Action.HoldKey(holdId, hold.get().hold().account()));
    return bookOne(Request.of(Request.Head.of(transfer), transfer.postings(), action));
  }

  /**
   * Frees what is left of a hold.
   *
   * @param releaseId the id of the release, made by the caller
   */
  public PostResult release(UUID holdId, UUID releaseId) {
    Optional<HoldStatus> hold = holds.find(holdId);
    if (hold.isEmpty()) {
      return unknownHold(holdId, releaseId);
    }
    Action action =
        new Action.Release(
            new Action.HoldKey(holdId, hold.get().hold().account()), Action.Cause.ASKED);
    return bookOne(Request.of(Request.Head.of(releaseId, "hold-release"), List.of(), action));
  }

  /** A hold as it stands, if it was ever made. */
  public Optional<HoldStatus> hold(UUID id) {
    return holds.find(id);
  }

  private static PostResult unknownHold(UUID holdId, UUID id) {
    return new PostResult.Refused(
        id, RefusalReason.UNKNOWN_HOLD, "there is no hold " + holdId, false);
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

  /**
   * {@link #requireAll} in the current transaction, for transfers whose ids were never used, such
   * as those of a chunk of new invoices: about twice as fast, since nobody looks for earlier
   * answers. An id that was used before breaks the transaction.
   *
   * @throws IllegalStateException outside a transaction, or when an id was used before
   * @throws NotAllowed when one is refused, with the reason's code; the transaction must be rolled
   *     back then
   */
  public void requireNew(List<Transfer> transfers) {
    requireNew(transfers, BULK_MIN, () -> transfers);
  }

  /**
   * {@link #requireNew(List)} for transfers whose notes others wait for, such as the numbers of
   * invoices: balances and entries are written before the notes are asked for, so that what they
   * take is locked for a shorter time, and always after the accounts.
   *
   * @param noted called once; gives the same transfers in the same order, with their notes
   */
  public void requireNew(List<Transfer> transfers, Supplier<List<Transfer>> noted) {
    requireNew(transfers, 1, () -> same(transfers, noted.get()));
  }

  private void requireNew(List<Transfer> transfers, int bulkMin, Supplier<List<Transfer>> noted) {
    if (!db.inTransaction()) {
      throw new IllegalStateException(
          "the bulk path belongs to the transaction that it is part of");
    }
    requireFew(transfers);
    List<PostResult> results = List.of();
    if (transfers.size() >= bulkMin) {
      results = db.tx(handle -> bulkPoster.post(handle.getConnection(), transfers, noted));
      results.forEach(Ledger::required);
    }
    if (results.isEmpty()) {
      requireAll(noted.get());
    }
  }

  private static List<Transfer> same(List<Transfer> transfers, List<Transfer> noted) {
    boolean same = transfers.size() == noted.size();
    for (int i = 0; same && i < noted.size(); i++) {
      Transfer before = transfers.get(i);
      Transfer after = noted.get(i);
      same = before.id().equals(after.id()) && before.postings().equals(after.postings());
    }
    if (!same) {
      throw new IllegalArgumentException("notes must not make other transfers of them");
    }
    return noted;
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

  private PostResult bookOne(Request request) {
    return book(List.of(List.of(request))).get(0);
  }

  /** Books groups in this thread's transaction, or with what other threads bring. */
  List<PostResult> book(List<List<Request>> groups) {
    if (groups.isEmpty()) {
      return List.of();
    }
    if (db.inTransaction()) {
      return db.tx(handle -> poster.post(handle.getConnection(), groups));
    }
    if (groups.size() <= settings.batchTransfersMax()) {
      return await(groups);
    }
    List<PostResult> results = new ArrayList<>();
    for (int from = 0; from < groups.size(); from += CHUNK) {
      results.addAll(await(groups.subList(from, Math.min(from + CHUNK, groups.size()))));
    }
    return results;
  }

  private List<PostResult> await(List<List<Request>> groups) {
    try {
      return batcher.submit(groups).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
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
    OffsetDateTime now = clock.instant().truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC);
    int opened =
        handle
            .createUpdate(
                "insert into @.ledger_account (owner, account, code, currency, lane, type, floor,"
                    + " opened_at, recorded_at) values (:owner, :account, :code, :currency, 0,"
                    + " :type, :floor, :now, :now) on conflict do nothing")
            .bind("owner", key.owner())
            .bind("account", key.account())
            .bind("code", spec.id().code())
            .bind("currency", spec.id().currency().code())
            .bind("type", spec.type().name())
            .bind("floor", spec.floorMinorUnits())
            .bind("now", now)
            .execute();
    if (opened == 1) {
      Hash hash = Hash.of(out -> out.text("open").id(key.owner()).int8(key.account()));
      // A row of its own, so that the account is sealed before anything is booked on it.
      handle
          .createUpdate(
              "with t as (insert into @.ledger_transfer (id, owner, kind, status, request_hash,"
                  + " account, effective_at, recorded_at) values (:id, :owner, 'account-opened',"
                  + " 'OPENED', :hash, :account, :now, :now) returning id)"
                  + " insert into @.ledger_unsealed (recorded_at, first_id, transfers, ids)"
                  + " select :now, id, 1, array[id] from t")
          .bind("id", hash.toId())
          .bind("owner", key.owner())
          .bind("hash", hash.toBytes())
          .bind("account", key.account())
          .bind("now", now)
          .execute();
    }
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
    return reader.standing(id).balance();
  }

  /** What may be spent of {@link #balance}: without what is held. */
  public Amount available(AccountId id) {
    AccountReader.Standing standing = reader.standing(id);
    return standing.balance().minus(standing.held());
  }

  /** {@link #balance} of many at once; every id is in the answer. */
  public Map<AccountId, Amount> balances(Collection<AccountId> ids) {
    return reader.balances(ids);
  }

  /** {@link #available} of many at once; every id is in the answer. */
  public Map<AccountId, Amount> availables(Collection<AccountId> ids) {
    return reader.availables(ids);
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

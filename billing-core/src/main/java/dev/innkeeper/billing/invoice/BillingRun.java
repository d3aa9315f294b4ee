package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.Faults;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.invoice.DueClaims.Due;
import dev.innkeeper.billing.invoice.DueClaims.Position;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Bills everyone who is due, chunk by chunk. Each chunk is one transaction that moves the charges'
 * watermarks and issues the invoices, so a run may end anywhere, by kill -9 too, and the next one
 * goes on where it stopped; several may run at once, on one node or many.
 */
final class BillingRun {
  /** Customers whom others hold are looked for again this often, as long as nothing else is due. */
  private static final int WAITS_MAX = 100;

  private static final long WAIT_MILLIS = 20;

  private final Database db;
  private final ChunkBilling chunks;
  private final Parking parking;
  private final Sellers sellers;
  private final RunBook runs;
  private final Ids ids;

  /** The services a run needs. */
  record Services(
      Database db, ChunkBilling chunks, Parking parking, Sellers sellers, RunBook runs, Ids ids) {}

  BillingRun(Services services) {
    this.db = services.db();
    this.chunks = services.chunks();
    this.parking = services.parking();
    this.sellers = services.sellers();
    this.runs = services.runs();
    this.ids = services.ids();
  }

  /** What the workers of one run share. */
  private final class Shared {
    final UUID runId = ids.next();
    final Instant asOf;
    final RunOptions options;
    final long dueAtStart;
    final long startNanos = System.nanoTime();
    final Scan scan = new Scan();
    private long customers;
    private long invoices;
    private long parked;
    private final Map<Currency, Amount> totals = new TreeMap<>();

    Shared(Instant asOf, RunOptions options) {
      this.asOf = asOf;
      this.options = options;
      this.dueAtStart = db.tx(handle -> DueClaims.count(handle, asOf));
    }

    synchronized RunProgress add(ChunkResult chunk) {
      customers += chunk.claimed() - chunk.parked();
      invoices += chunk.invoiceIds().size();
      parked += chunk.parked();
      chunk
          .totalsMinor()
          .forEach(
              (code, minor) -> {
                Currency currency = Currency.of(code);
                totals.merge(currency, Amount.ofMinor(minor, currency), Amount::plus);
              });
      return RunProgress.of(customers + parked, dueAtStart, System.nanoTime() - startNanos);
    }

    synchronized RunReport report(long left) {
      Duration took = Duration.ofNanos(System.nanoTime() - startNanos);
      return new RunReport(runId, customers, invoices, parked, Map.copyOf(totals), left, took);
    }
  }

  /** Runs until nobody is due as of the instant, or only customers whom others hold. */
  RunReport run(Instant asOf, RunOptions options) {
    db.requireNoTransaction();
    Shared shared = new Shared(asOf, options);
    if (shared.dueAtStart == 0) {
      return shared.report(0);
    }
    runs.started(shared.runId, asOf, shared.dueAtStart);
    work(shared);
    RunReport report = shared.report(db.tx(handle -> DueClaims.count(handle, asOf)));
    runs.finished(report);
    return report;
  }

  /** Computes what {@link #run} would issue now, one period a customer; writes nothing. */
  RunReport dryRun(Instant asOf, RunOptions options) {
    Shared shared = new Shared(asOf, options);
    Position position = Position.START;
    while (true) {
      Position after = position;
      List<Due> due = db.tx(handle -> DueClaims.look(handle, asOf, after, options.chunkSize()));
      if (due.isEmpty()) {
        return shared.report(shared.dueAtStart);
      }
      options.progress().accept(shared.add(db.tx(handle -> chunks.show(handle, due, asOf))));
      Due last = due.get(due.size() - 1);
      position = new Position(last.nextAt(), last.customerId());
    }
  }

  private void work(Shared shared) {
    ExecutorService executor = Executors.newFixedThreadPool(shared.options.workers());
    try {
      List<Future<?>> workers = new ArrayList<>();
      for (int i = 0; i < shared.options.workers(); i++) {
        workers.add(executor.submit(() -> workUntilDone(shared)));
      }
      for (Future<?> worker : workers) {
        await(worker);
      }
    } finally {
      executor.shutdownNow();
    }
  }

  private static void await(Future<?> worker) {
    try {
      worker.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the billing run was interrupted; run it again to go on", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException("a worker of the billing run failed", e.getCause());
    }
  }

  private void workUntilDone(Shared shared) {
    int waits = 0;
    while (!Thread.currentThread().isInterrupted()) {
      ChunkResult result =
          nextChunk(shared.asOf, shared.scan, shared.options.chunkSize(), shared.runId);
      if (result.claimed() > 0) {
        waits = 0;
        shared.options.progress().accept(shared.add(result));
      } else if (shared.scan.restart()) {
        // The scan is at its end; what it skipped as locked is looked for from the start again.
        waits = 0;
      } else if (waits++ == WAITS_MAX
          || db.tx(handle -> DueClaims.count(handle, shared.asOf)) == 0) {
        return;
      } else {
        pause();
      }
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(WAIT_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Claims and bills the next customers of a scan.
   *
   * @return with none claimed when nobody is due who is not held by others
   */
  ChunkResult nextChunk(Instant asOf, Scan scan, int size, @Nullable UUID runId) {
    sellers.currentVersion();
    List<UUID> claimed = new ArrayList<>();
    try {
      return db.tx(
          handle -> {
            claimed.clear();
            SetPlans.goByIndex(handle);
            claimed.addAll(DueClaims.next(handle, asOf, scan.position(), size));
            List<Due> due = DueClaims.due(handle, asOf, claimed);
            scan.advance(due);
            return chunks.bill(handle, due, runId, ChunkBilling.Cycles.FIRST);
          });
    } catch (RuntimeException e) {
      // Rare enough to be found out by failing: looking first would cost every chunk.
      return ChunkBilling.ONCE.equals(Database.constraint(e))
          ? these(claimed, asOf, runId)
          : withoutThoseAtFault(e, claimed, asOf, runId);
    }
  }

  /** Bills exactly these customers, waiting for those who hold them. */
  private ChunkResult these(List<UUID> customers, Instant asOf, @Nullable UUID runId) {
    if (customers.isEmpty()) {
      return ChunkResult.NOTHING;
    }
    try {
      return db.tx(
          handle -> {
            SetPlans.goByIndex(handle);
            DueClaims.lock(handle, customers);
            List<Due> due = DueClaims.due(handle, asOf, customers);
            return chunks.bill(handle, due, runId, ChunkBilling.Cycles.LOOK);
          });
    } catch (RuntimeException e) {
      return withoutThoseAtFault(e, customers, asOf, runId);
    }
  }

  /**
   * Parks whoever made a chunk fail, and bills the others. When the failure does not say who it
   * was, the chunk is halved until it does.
   */
  private ChunkResult withoutThoseAtFault(
      RuntimeException failure, List<UUID> customers, Instant asOf, @Nullable UUID runId) {
    if (failure instanceof ParkCustomers park) {
      parking.park(park.reasons(), runId);
      List<UUID> rest = customers.stream().filter(c -> !park.reasons().containsKey(c)).toList();
      int parked = park.reasons().size();
      return new ChunkResult(parked, parked, Map.of(), List.of()).plus(these(rest, asOf, runId));
    }
    if (customers.isEmpty() || !Faults.isOfTheData(failure)) {
      throw failure;
    }
    if (customers.size() == 1) {
      UUID only = customers.get(0);
      Map<UUID, String> reason = new HashMap<>();
      reason.put(only, Faults.describe(failure));
      parking.park(reason, runId);
      return new ChunkResult(1, 1, Map.of(), List.of());
    }
    int half = customers.size() / 2;
    return these(customers.subList(0, half), asOf, runId)
        .plus(these(customers.subList(half, customers.size()), asOf, runId));
  }
}

package dev.innkeeper.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import dev.innkeeper.benchmarks.BareSql.Wallets;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.ledger.AccountId;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.ledger.AuditReport;
import dev.innkeeper.billing.ledger.Ledger;
import dev.innkeeper.billing.ledger.LedgerSettings;
import dev.innkeeper.billing.ledger.PostResult;
import dev.innkeeper.billing.ledger.Transfer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.work.DueWork;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/** The ledger against the least that its rows cost. */
final class LedgerBench implements Bench.Driver {
  private static final int BATCH = 500;
  private static final int CLIENTS = 16;
  private static final int WRITERS = 2;
  private static final int SEALED_TO_WARM_UP = 100_000;
  private static final int VERIFIERS = 4;
  private static final Ids IDS = new Ids(Clock.systemUTC(), new Random(1));
  private static final Amount CENT = Amount.ofMinor(1, Currency.EUR);

  static UUID newId() {
    return IDS.next();
  }

  @Override
  public void run(Bench.Pace pace, PrintStream out) throws Exception {
    int wallets = pace == Bench.Pace.QUICK ? 20_000 : 200_000;
    long roundMillis = pace == Bench.Pace.QUICK ? 2_000 : 3_000;
    int rounds = pace == Bench.Pace.QUICK ? 3 : 5;
    try (BenchDatabase server = BenchDatabase.start();
        HikariDataSource pool = server.createDatabase("ledger", CLIENTS + 4);
        Ledger ledger = ledger(pool)) {
      List<UUID> owners = fill(ledger, wallets);
      vacuum(pool);
      Rounds plan = new Rounds(rounds, roundMillis, server.cpuClock());
      throughput(ledger, pool, owners, plan, out);
      sizes(server, plan, pace == Bench.Pace.QUICK ? 1_000_000 : 10_000_000, out);
    }
  }

  private static Ledger ledger(HikariDataSource pool) {
    return new Ledger(
        new Database(pool, BenchDatabase.SCHEMA),
        Clock.systemUTC(),
        LedgerSettings.STANDARD.withWriters(WRITERS).withBatchTransfersMax(BATCH));
  }

  record Rounds(int count, long millis, CpuClock cpu) {}

  private static List<UUID> fill(Ledger ledger, int wallets) {
    List<UUID> owners = new ArrayList<>(wallets);
    List<Transfer> topUps = new ArrayList<>();
    for (int i = 0; i < wallets; i++) {
      owners.add(newId());
      topUps.add(
          Transfer.builder(newId(), "top-up")
              .debit(
                  Accounts.gateway("bench", Currency.EUR), Amount.ofMinor(1_000_000, Currency.EUR))
              .credit(cash(owners.get(i)), Amount.ofMinor(1_000_000, Currency.EUR))
              .build());
      if (topUps.size() == 1000 || i == wallets - 1) {
        requirePosted(ledger.postAll(topUps));
        topUps.clear();
      }
    }
    return owners;
  }

  private static AccountId cash(UUID owner) {
    return Accounts.cash(owner, Currency.EUR);
  }

  private static void vacuum(HikariDataSource pool) throws Exception {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("vacuum analyze");
      statement.execute("checkpoint");
    }
  }

  private static long accountKey(HikariDataSource pool) throws Exception {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select account from billing.ledger_account where code = 'cash' limit 1")) {
      row.next();
      return row.getLong(1);
    }
  }

  private static Transfer move(AccountId from, AccountId to) {
    return Transfer.builder(newId(), "move").debit(from, CENT).credit(to, CENT).build();
  }

  private static AccountId random(List<UUID> owners) {
    return cash(owners.get(ThreadLocalRandom.current().nextInt(owners.size())));
  }

  private static int postBatch(Ledger ledger, List<UUID> owners, int size) {
    List<Transfer> transfers = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      AccountId from = random(owners);
      AccountId to = random(owners);
      while (to.equals(from)) {
        to = random(owners);
      }
      transfers.add(move(from, to));
    }
    requirePosted(ledger.postAll(transfers));
    return size;
  }

  private static int postHot(Ledger ledger, List<UUID> owners, AccountId hot, int size) {
    List<Transfer> transfers = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      transfers.add(move(random(owners), hot));
    }
    requirePosted(ledger.postAll(transfers));
    return size;
  }

  static void requirePosted(List<PostResult> results) {
    for (PostResult result : results) {
      if (!result.isPosted()) {
        throw new IllegalStateException("a transfer was not posted: " + result);
      }
    }
  }

  /** What is measured in turn; all move money between random wallets unless they say otherwise. */
  private record Contest(
      Contender floor,
      Contender batched,
      Contender manyClients,
      Contender hot,
      Contender oneRow,
      Contender sameRows,
      Contender single) {
    List<Contender> all() {
      return List.of(floor, batched, manyClients, hot, oneRow, sameRows, single);
    }
  }

  private static Contest contest(
      Ledger ledger, BareSql bare, List<Connection> connections, Wallets wallets) {
    List<UUID> owners = wallets.owners();
    AccountId hot = Accounts.funds(newId(), Currency.EUR);
    AtomicLong floorRounds = new AtomicLong(1_000_000);
    return new Contest(
        new Contender(
            "bare floor: the same rows by unnest, nothing checked",
            WRITERS,
            client ->
                bare.batch(connections.get(client), wallets, floorRounds.incrementAndGet(), BATCH)),
        new Contender(
            "ledger, batches of 500", WRITERS, client -> postBatch(ledger, owners, BATCH)),
        new Contender(
            "ledger, 16 clients with 100 each", CLIENTS, client -> postBatch(ledger, owners, 100)),
        new Contender(
            "ledger, one hot account", WRITERS, client -> postHot(ledger, owners, hot, BATCH)),
        new Contender(
            "one row of the five, by one-row prepared inserts, 16 clients",
            CLIENTS,
            client -> BareSql.oneRow(connections.get(client), owners.get(client))),
        new Contender(
            "a transfer's five rows, by one-row prepared statements, 16 clients",
            CLIENTS,
            client ->
                BareSql.fiveRows(
                    connections.get(client), wallets, 1_000_000 * floorRounds.incrementAndGet())),
        new Contender(
            "ledger, single synchronous transfers, 16 clients",
            CLIENTS,
            client -> postBatch(ledger, owners, 1)));
  }

  private static void throughput(
      Ledger ledger, HikariDataSource pool, List<UUID> owners, Rounds rounds, PrintStream out)
      throws Exception {
    BareSql bare = new BareSql(pool);
    List<Connection> connections = new ArrayList<>();
    try {
      for (int i = 0; i < CLIENTS; i++) {
        connections.add(bare.connect());
      }
      Wallets wallets = new Wallets(owners, accountKey(pool));
      Contest contest = contest(ledger, bare, connections, wallets);
      for (int round = 0; round <= rounds.count(); round++) {
        for (Contender contender : contest.all()) {
          contender.round(rounds.millis(), rounds.cpu(), round > 0);
        }
      }
      print(contest, out);
    } finally {
      for (Connection connection : connections) {
        connection.close();
      }
    }
  }

  private static void print(Contest contest, PrintStream out) {
    out.println("| contender | per second | CPU µs each, Java + PostgreSQL | p50 ms | p99 ms |");
    out.println("|---|---|---|---|---|");
    for (Contender c : contest.all()) {
      out.printf(
          Locale.ROOT,
          "| %s | %.0f | %.0f + %.0f | %.2f | %.2f |%n",
          c.name,
          c.rate(),
          c.javaMicros(),
          c.postgresMicros(),
          c.latencyMillis(0.5),
          c.latencyMillis(0.99));
    }
    out.println();
    out.println("| ratio, median over the rounds | wanted | measured |");
    out.println("|---|---|---|");
    ratio(out, "batched / bare floor", "0.80", contest.batched().ratioTo(contest.floor()));
    ratio(
        out,
        "batched / the same five rows by one-row statements",
        "3",
        contest.batched().ratioTo(contest.sameRows()));
    ratio(out, "batched / one row of the five", "", contest.batched().ratioTo(contest.oneRow()));
    ratio(out, "hot account / batched", "0.70", contest.hot().ratioTo(contest.batched()));
    ratio(
        out,
        "single / the same five rows by one-row statements",
        "0.60",
        contest.single().ratioTo(contest.sameRows()));
    ratio(out, "single / one row of the five", "0.60", contest.single().ratioTo(contest.oneRow()));
    out.println();
  }

  private static void ratio(PrintStream out, String name, String wanted, double measured) {
    out.printf(Locale.ROOT, "| %s | %s | %.2f |%n", name, wanted, measured);
  }

  /** Seals what was booked, then verifies it all. */
  private static void seals(Ledger ledger, PrintStream out) {
    DueWork sealer =
        ledger.dueWork().stream()
            .filter(work -> work.name().equals("ledger-seals"))
            .findFirst()
            .orElseThrow();
    int warm = 0;
    int batch;
    do {
      batch = sealer.runBatch(Clock.systemUTC().instant());
      warm += batch;
    } while (batch > 0 && warm < SEALED_TO_WARM_UP);
    ledger.audit().verify(VERIFIERS);
    long begin = System.nanoTime();
    long sealed = 0;
    do {
      batch = sealer.runBatch(Clock.systemUTC().instant());
      sealed += batch;
    } while (batch > 0);
    double sealSeconds = (System.nanoTime() - begin) / 1e9;
    begin = System.nanoTime();
    AuditReport report = ledger.audit().verify(VERIFIERS);
    double verifySeconds = (System.nanoTime() - begin) / 1e9;
    if (!report.isClean()) {
      throw new IllegalStateException("the books don't fit: " + report.findings().get(0));
    }
    out.println("| seals | transfers | per second | wanted |");
    out.println("|---|---|---|---|");
    out.printf(
        Locale.ROOT, "| sealing, 2 readers | %d | %.0f | 200000 |%n", sealed, sealed / sealSeconds);
    out.printf(
        Locale.ROOT,
        "| verifying, 4 threads, with all sums | %d | %.0f | 200000 |%n%n",
        report.transfers(),
        report.transfers() / verifySeconds);
  }

  /** Posts on small books and on large ones, in turn; then seals the large ones. */
  private static void sizes(BenchDatabase server, Rounds rounds, int largeRows, PrintStream out)
      throws Exception {
    int wallets = 20_000;
    try (HikariDataSource smallPool = server.createDatabase("small_books", 6);
        HikariDataSource largePool = server.createDatabase("large_books", 6);
        Ledger small = ledger(smallPool);
        Ledger large = ledger(largePool)) {
      List<UUID> smallOwners = fill(small, wallets);
      List<UUID> largeOwners = fill(large, wallets);
      OldBooks.write(smallPool, 100_000);
      long begin = System.nanoTime();
      OldBooks.write(largePool, largeRows);
      double loadSeconds = (System.nanoTime() - begin) / 1e9;
      vacuum(smallPool);
      vacuum(largePool);
      Contender onSmall =
          new Contender("small", WRITERS, client -> postBatch(small, smallOwners, BATCH));
      Contender onLarge =
          new Contender("large", WRITERS, client -> postBatch(large, largeOwners, BATCH));
      for (int round = 0; round <= rounds.count(); round++) {
        onSmall.round(rounds.millis(), rounds.cpu(), round > 0);
        onLarge.round(rounds.millis(), rounds.cpu(), round > 0);
      }
      out.printf(
          Locale.ROOT,
          "| cost of a transfer | wanted | measured |%n|---|---|---|%n"
              + "| on %d entries (written in %.0f s) / on 100000 | 1.30 | %.2f |%n%n",
          largeRows,
          loadSeconds,
          onSmall.ratioTo(onLarge));
      seals(large, out);
    }
  }
}

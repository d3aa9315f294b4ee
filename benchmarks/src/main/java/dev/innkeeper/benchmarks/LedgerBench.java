package dev.innkeeper.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.ledger.AccountId;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.ledger.Ledger;
import dev.innkeeper.billing.ledger.LedgerSettings;
import dev.innkeeper.billing.ledger.PostResult;
import dev.innkeeper.billing.ledger.Transfer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
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

/** The ledger against the least that its rows cost. */
final class LedgerBench implements Bench.Driver {
  private static final int BATCH = 500;
  private static final int CLIENTS = 16;
  private static final int WRITERS = 2;
  private static final Ids IDS = new Ids(Clock.systemUTC(), new Random(1));
  private static final Amount CENT = Amount.ofMinor(1, Currency.EUR);

  static UUID newId() {
    return IDS.next();
  }

  @Override
  public void run(Bench.Pace pace, PrintStream out) throws Exception {
    int wallets = pace == Bench.Pace.QUICK ? 20_000 : 200_000;
    long roundMillis = pace == Bench.Pace.QUICK ? 2_000 : 8_000;
    int rounds = pace == Bench.Pace.QUICK ? 3 : 7;
    try (BenchDatabase server = BenchDatabase.start();
        HikariDataSource pool = server.createDatabase("ledger", CLIENTS + 4);
        Ledger ledger =
            new Ledger(
                new Database(pool, BenchDatabase.SCHEMA),
                Clock.systemUTC(),
                LedgerSettings.STANDARD
                    .withWriters(Integer.getInteger("writers", WRITERS))
                    .withBatchTransfersMax(BATCH))) {
      UUID[] owners = fill(ledger, wallets);
      vacuum(pool);
      throughput(ledger, pool, owners, new Rounds(rounds, roundMillis, server.cpuClock()), out);
    }
  }

  record Rounds(int count, long millis, CpuClock cpu) {}

  private static UUID[] fill(Ledger ledger, int wallets) {
    UUID[] owners = new UUID[wallets];
    List<Transfer> topUps = new ArrayList<>();
    for (int i = 0; i < wallets; i++) {
      owners[i] = newId();
      topUps.add(
          Transfer.builder(newId(), "top-up")
              .debit(
                  Accounts.gateway("bench", Currency.EUR), Amount.ofMinor(1_000_000, Currency.EUR))
              .credit(cash(owners[i]), Amount.ofMinor(1_000_000, Currency.EUR))
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

  private static AccountId random(UUID[] owners) {
    return cash(owners[ThreadLocalRandom.current().nextInt(owners.length)]);
  }

  private static int postBatch(Ledger ledger, UUID[] owners, int size) {
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

  private static int postHot(Ledger ledger, UUID[] owners, AccountId hot, int size) {
    List<Transfer> transfers = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      transfers.add(move(random(owners), hot));
    }
    requirePosted(ledger.postAll(transfers));
    return size;
  }

  private static void requirePosted(List<PostResult> results) {
    for (PostResult result : results) {
      if (!result.isPosted()) {
        throw new IllegalStateException("a transfer was not posted: " + result);
      }
    }
  }

  private static void throughput(
      Ledger ledger, HikariDataSource pool, UUID[] owners, Rounds rounds, PrintStream out)
      throws Exception {
    BareSql bare = new BareSql(pool);
    long account = accountKey(pool);
    Connection[] connections = new Connection[CLIENTS];
    BareSql.Wallets[] shares = new BareSql.Wallets[WRITERS];
    for (int i = 0; i < WRITERS; i++) {
      List<UUID> share = List.of(owners);
      shares[i] = new BareSql.Wallets(share, account);
    }
    long[] floorRounds = new long[WRITERS];
    floorRounds[0] = 1_000_000;
    floorRounds[1] = 2_000_000;
    AccountId hot = Accounts.funds(newId(), Currency.EUR);
    List<Contender> contenders =
        List.of(
            new Contender(
                "floor",
                WRITERS,
                client -> {
                  Connection connection = connections[client];
                  return bare.batch(connection, shares[client], floorRounds[client]++, BATCH);
                }),
            new Contender("uniform", WRITERS, client -> postBatch(ledger, owners, BATCH)),
            new Contender(
                "uniform, 16 clients x 100", CLIENTS, client -> postBatch(ledger, owners, 100)),
            new Contender("hot", WRITERS, client -> postHot(ledger, owners, hot, BATCH)),
            new Contender(
                "one row", CLIENTS, client -> BareSql.oneRow(connections[client], owners[client])),
            new Contender("single", CLIENTS, client -> postBatch(ledger, owners, 1)));
    for (int i = 0; i < CLIENTS; i++) {
      connections[i] = pool.getConnection();
    }
    for (int round = 0; round <= rounds.count(); round++) {
      for (Contender contender : contenders) {
        contender.round(rounds.millis(), rounds.cpu(), round > 0);
      }
    }
    Contender floor = contenders.get(0);
    for (Contender c : contenders) {
      out.printf(
          Locale.ROOT,
          "%s: %.0f/s, ratio to floor %.2f, to one row %.2f, cpu java %.0f pg %.0f us, p50 %.2f ms p99 %.2f ms%n",
          c.name,
          c.rate(),
          c.ratioTo(floor),
          c.ratioTo(contenders.get(4)),
          c.javaMicros(),
          c.postgresMicros(),
          c.latencyMillis(0.5),
          c.latencyMillis(0.99));
    }
    for (Connection connection : connections) {
      connection.close();
    }
  }
}

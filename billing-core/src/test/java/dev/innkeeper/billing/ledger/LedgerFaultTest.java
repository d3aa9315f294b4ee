package dev.innkeeper.billing.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.Migrations;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.testing.MutableClock;
import dev.innkeeper.billing.testing.TestDatabase;
import dev.innkeeper.postgres.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections are cut and servers killed; what was acknowledged stays, and has one effect. */
class LedgerFaultTest {
  private final MutableClock clock = MutableClock.at("2027-01-31T12:00:00Z");
  private final Ids ids = new Ids(clock, new Random(7));
  private final AccountId cash = Accounts.cash(ids.next(), Currency.EUR);
  private final AccountId gateway = Accounts.gateway("sandbox", Currency.EUR);

  private static Amount eur(long cents) {
    return Amount.ofMinor(cents, Currency.EUR);
  }

  private Transfer topUp() {
    return Transfer.builder(ids.next(), "top-up")
        .debit(gateway, eur(1))
        .credit(cash, eur(1))
        .build();
  }

  private static HikariDataSource pool(String url) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(6);
    config.setConnectionTimeout(1_000);
    config.setInitializationFailTimeout(-1);
    return new HikariDataSource(config);
  }

  @Test
  void aConnectionCutAtTheCommitLeavesOneEffect() throws IOException {
    cutConnections(6);
  }

  @Test
  @Tag("long")
  void aConnectionCutAtTheCommitLeavesOneEffectManyTimes() throws IOException {
    cutConnections(50);
  }

  private void cutConnections(int rounds) throws IOException {
    String database = TestDatabase.createDatabase();
    try (CutProxy proxy = new CutProxy(TestDatabase.server().port());
        HikariDataSource pool =
            pool(
                "jdbc:postgresql://127.0.0.1:"
                    + proxy.port()
                    + "/"
                    + database
                    + "?user=postgres&sslmode=disable&gssEncMode=disable&prepareThreshold=0");
        Ledger ledger = new Ledger(new Database(pool, TestDatabase.SCHEMA), clock)) {
      ledger.require(topUp());
      int expected = 1;
      int cuts = 0;
      for (int round = 0; round < rounds; round++) {
        for (CutProxy.Cut cut : CutProxy.Cut.values()) {
          for (boolean repeated : new boolean[] {false, true}) {
            Transfer transfer = topUp();
            if (repeated) {
              // A repeat in the batch takes the way that locks and looks first.
              ledger.require(transfer);
            }
            Transfer fresh = repeated ? topUp() : transfer;
            proxy.arm(cut);
            List<Transfer> sent = repeated ? List.of(transfer, fresh) : List.of(transfer);
            List<PostResult> results = ledger.postAll(sent);
            assertThat(results).as("%s, round %d", cut, round).allMatch(PostResult::isPosted);
            expected += repeated ? 2 : 1;
            cuts++;
            assertThat(proxy.cuts()).isEqualTo(cuts);
            assertThat(ledger.postAll(sent)).allMatch(r -> ((PostResult.Posted) r).replayed());
          }
        }
      }
      assertThat(ledger.balance(cash)).isEqualTo(eur(expected));
      ledger.dueWork().forEach(work -> work.runBatch(clock.instant()));
      assertThat(ledger.audit().verify(1).findings()).isEmpty();
    }
  }

  @Test
  void whatWasAcknowledgedOutlivesAKilledServer(@TempDir Path folder) throws Exception {
    killServer(folder, 1);
  }

  @Test
  @Tag("long")
  void whatWasAcknowledgedOutlivesFiftyKilledServers(@TempDir Path folder) throws Exception {
    killServer(folder, 50);
  }

  private void killServer(Path folder, int kills) throws Exception {
    Random random = new Random(kills);
    PostgresServer server = PostgresServer.startDurable(folder, 0, Map.of());
    int port = server.port();
    try (HikariDataSource pool = pool(server.jdbcUrl("postgres"))) {
      new Migrations(pool, TestDatabase.SCHEMA).migrate();
      LedgerSettings patient = LedgerSettings.STANDARD.withPatience(Duration.ofMinutes(2));
      try (Ledger ledger = new Ledger(new Database(pool, TestDatabase.SCHEMA), clock, patient)) {
        Set<UUID> acknowledged = ConcurrentHashMap.newKeySet();
        for (int kill = 0; kill < kills; kill++) {
          ExecutorService threads = Executors.newFixedThreadPool(8);
          List<Future<?>> clients = new ArrayList<>();
          for (int t = 0; t < 8; t++) {
            clients.add(
                threads.submit(
                    () -> {
                      for (int i = 0; i < 40; i++) {
                        List<Transfer> batch = List.of(topUp(), topUp(), topUp(), topUp(), topUp());
                        for (PostResult result : ledger.postAll(batch)) {
                          assertThat(result.isPosted()).isTrue();
                          acknowledged.add(result.id());
                        }
                      }
                    }));
          }
          int target = acknowledged.size() + random.nextInt(1_000);
          while (acknowledged.size() < target) {
            Thread.onSpinWait();
          }
          killAll(folder);
          // Finds nothing to stop, and gives the folder free.
          server.close();
          server = PostgresServer.startDurable(folder, port, Map.of());
          for (Future<?> client : clients) {
            client.get();
          }
          threads.shutdown();
        }
        assertThat(acknowledged).hasSize(kills * 1_600);
        assertThat(ledger.balance(cash)).isEqualTo(eur(acknowledged.size()));
        assertThat(ledger.trialBalance().isBalanced()).isTrue();
        ledger.dueWork().forEach(work -> work.runBatch(clock.instant()));
        assertThat(ledger.audit().verify(1).findings()).isEmpty();
      }
    } finally {
      server.close();
    }
  }

  /** kill -9 for the server and all its processes. */
  private static void killAll(Path folder) throws Exception {
    String pid = Files.readAllLines(folder.resolve("postmaster.pid")).get(0).strip();
    ProcessHandle postmaster = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    List<ProcessHandle> all = new ArrayList<>(postmaster.children().toList());
    postmaster.destroyForcibly();
    all.forEach(ProcessHandle::destroyForcibly);
    postmaster.onExit().get();
    for (ProcessHandle process : all) {
      process.onExit().get();
    }
  }
}

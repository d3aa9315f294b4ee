package dev.innkeeper.billing.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.testing.MutableClock;
import dev.innkeeper.billing.testing.Seeds;
import dev.innkeeper.billing.testing.TestDatabase;
import java.io.StringReader;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The promises that the ledger makes, by their number in the list of invariants. */
class LedgerInvariantsTest {
  private static final int TAMPERINGS = 1_000;

  private final MutableClock clock = MutableClock.at("2027-01-31T12:00:00Z");
  private final HikariDataSource pool = pool();
  private final Database db = new Database(pool, TestDatabase.SCHEMA);
  private final Ids ids = new Ids(clock, new Random(7));
  private final Ledger ledger = new Ledger(db, clock);
  private final LedgerAudit audit = ledger.audit();
  private final List<Transfer> transfers = new ArrayList<>();

  private static HikariDataSource pool() {
    HikariConfig config = new HikariConfig();
    config.setDataSource(TestDatabase.createDataSource());
    config.setMaximumPoolSize(12);
    return new HikariDataSource(config);
  }

  @BeforeEach
  void someMonthsOfBusiness() {
    Random random = new Random(11);
    List<UUID> customers = List.of(ids.next(), ids.next(), ids.next());
    ledger.open(
        AccountSpec.of(
            new AccountId(customers.get(0), "deposit", Currency.EUR), AccountType.LIABILITY));
    for (int month = 0; month < 4; month++) {
      for (int i = 0; i < 8; i++) {
        AccountId cash = Accounts.cash(customers.get(random.nextInt(3)), Currency.EUR);
        AccountId gateway = Accounts.gateway("sandbox", Currency.EUR);
        add(
            Transfer.builder(ids.next(), "top-up").meta("month", "no. " + month),
            gateway,
            cash,
            90);
        AccountId revenue = Accounts.revenue("vm", Currency.EUR);
        add(Transfer.builder(ids.next(), "charge"), cash, revenue, 1 + random.nextInt(150));
        ledger.postAll(transfers.subList(transfers.size() - 2, transfers.size()));
      }
      AccountId cash = Accounts.cash(customers.get(month % 3), Currency.EUR);
      Hold hold =
          new Hold(ids.next(), cash, eur(2 + month), clock.instant().plus(Duration.ofDays(400)));
      ledger.reserve(hold);
      if (month % 2 == 0) {
        ledger.release(hold.id(), ids.next());
      }
      ledger.reverse(transfers.get(transfers.size() - 2).id(), ids.next(), Map.of());
      seal();
      clock.advance(Duration.ofDays(30));
    }
    assertThat(audit.verify(1).findings()).isEmpty();
  }

  @AfterEach
  void close() {
    ledger.close();
    pool.close();
  }

  private void add(Transfer.Builder builder, AccountId debit, AccountId credit, long cents) {
    transfers.add(builder.debit(debit, eur(cents)).credit(credit, eur(cents)).build());
  }

  private void seal() {
    ledger.dueWork().forEach(work -> work.runBatch(clock.instant()));
  }

  private static Amount eur(long cents) {
    return Amount.ofMinor(cents, Currency.EUR);
  }

  private long count(String sql) {
    return db.tx(handle -> handle.createQuery(sql).mapTo(Long.class).one());
  }

  @Test
  void invariant1_everyTransferSumsToZeroEveryBalanceToItsPostingsAndFloorsHold() {
    assertThat(
            count(
                "select count(*) from (select transfer_id from @.ledger_entry e"
                    + " join @.ledger_account a using (owner, account)"
                    + " group by transfer_id, currency having sum(amount) <> 0) x"))
        .isZero();
    assertThat(
            count(
                "select count(*) from @.ledger_account a where balance <> coalesce((select"
                    + " sum(amount) from @.ledger_entry e where e.owner = a.owner"
                    + " and e.account = a.account), 0)"))
        .isZero();
    assertThat(
            count(
                "select count(*) from (select balance_after - lag(balance_after, 1, 0) over w"
                    + " - amount as off, seq - lag(seq, 1, 0) over w - 1 as gap"
                    + " from @.ledger_entry window w as (partition by owner, account order by seq))"
                    + " x where off <> 0 or gap <> 0"))
        .isZero();
    assertThat(ledger.trialBalance().isBalanced()).isTrue();
    // The database keeps floors by itself as well.
    assertThatThrownBy(
            () ->
                db.run(
                    handle ->
                        handle.execute(
                            "update @.ledger_account set balance = 1 where code = 'cash'")))
        .hasMessageContaining("ledger_account_floor");
  }

  @Test
  void invariant2_anIdHasOneEffectUnderAnyInterleavingOrRetry() throws Exception {
    List<Transfer> wanted = new ArrayList<>();
    AccountId cash = Accounts.cash(ids.next(), Currency.EUR);
    for (int i = 0; i < 200; i++) {
      wanted.add(
          Transfer.builder(ids.next(), "top-up")
              .debit(Accounts.gateway("sandbox", Currency.EUR), eur(1))
              .credit(cash, eur(1))
              .build());
    }
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Callable<Void>> jobs = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        int seed = t;
        jobs.add(
            () -> {
              Random random = new Random(seed);
              for (int i = 0; i < 60; i++) {
                int from = random.nextInt(wanted.size());
                int to = Math.min(wanted.size(), from + 1 + random.nextInt(20));
                assertThat(ledger.postAll(wanted.subList(from, to))).allMatch(PostResult::isPosted);
              }
              ledger.postAll(wanted);
              return null;
            });
      }
      for (Future<Void> future : threads.invokeAll(jobs)) {
        future.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(ledger.balance(cash)).isEqualTo(eur(200));
  }

  @Test
  void invariant10_alteringAnyRowOfMoneyIsDetected() {
    long seed = Seeds.of("tamperings");
    Random random = new Random(seed);
    Tampering tampering = new Tampering(db, random);
    tampering.keepCopies();
    List<String> missed = new ArrayList<>();
    for (int i = 0; i < TAMPERINGS; i++) {
      String what = tampering.once();
      if (audit.verify(1).isClean()) {
        missed.add(what);
      }
      tampering.undo();
    }
    assertThat(missed).as("seed " + seed).isEmpty();
    assertThat(audit.verify(1).findings()).isEmpty();
  }

  @Test
  void whatWasTamperedWithIsNamed() {
    String entry =
        db.tx(
            handle ->
                handle
                    .createQuery(
                        "update @.ledger_entry set amount = amount + 1 where (transfer_id, line) in"
                            + " (select id, 1 from @.ledger_transfer where kind = 'top-up'"
                            + " order by id limit 1) returning transfer_id::text")
                    .mapTo(String.class)
                    .one());
    assertThat(audit.verify(1).findings())
        .anyMatch(
            f ->
                f.kind() == Finding.Kind.ALTERED
                    && f.table().equals("ledger_entry")
                    && f.row().startsWith("line 1 of transfer " + entry));
    db.run(
        handle ->
            handle.execute("delete from @.ledger_transfer where id = ?", UUID.fromString(entry)));
    assertThat(audit.verify(1).findings())
        .anyMatch(
            f ->
                f.kind() == Finding.Kind.REMOVED
                    && f.table().equals("ledger_transfer")
                    && f.row().equals(entry));
  }

  @Test
  void sealsThatWereExportedDetectWhatWasResealed() {
    StringWriter seals = new StringWriter();
    audit.exportSeals(seals);
    StringWriter rows = new StringWriter();
    audit.exportRows(rows);
    assertThat(check(seals, rows).findings()).isEmpty();

    // A master of the database alters an amount on both sides and makes a new, consistent chain.
    db.run(
        handle -> {
          handle.execute(
              "update @.ledger_transfer set kind = 'gift' where id ="
                  + " (select min(id::text)::uuid from @.ledger_transfer where kind = 'top-up')");
          handle.execute(
              "insert into @.ledger_unsealed"
                  + " select recorded_from, ids[1], cardinality(ids), ids from @.ledger_seal");
          handle.execute("delete from @.ledger_seal");
        });
    seal();
    assertThat(audit.verify(1).findings()).isEmpty();
    StringWriter later = new StringWriter();
    audit.exportRows(later);
    assertThat(check(seals, later).findings())
        .singleElement()
        .satisfies(f -> assertThat(f.table()).isEqualTo("ledger_transfer"));
  }

  @Test
  void severalSealersAtOnceMakeOneChainOfAllTransfers() throws Exception {
    AtomicBoolean posting = new AtomicBoolean(true);
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      List<Future<?>> sealers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        sealers.add(threads.submit(() -> sealWhile(posting)));
      }
      UUID customer = ids.next();
      for (int round = 0; round < 60; round++) {
        List<Transfer> batch = new ArrayList<>();
        for (int i = 0; i <= round; i++) {
          add(
              Transfer.builder(ids.next(), "top-up"),
              Accounts.gateway("sandbox", Currency.EUR),
              Accounts.cash(customer, Currency.EUR),
              1 + i);
          batch.add(transfers.get(transfers.size() - 1));
        }
        assertThat(ledger.postAll(batch)).allMatch(PostResult::isPosted);
      }
      posting.set(false);
      for (Future<?> sealer : sealers) {
        sealer.get();
      }
    } finally {
      threads.shutdownNow();
    }
    AuditReport report = audit.verify(2);
    assertThat(report.findings()).isEmpty();
    assertThat(report.unsealed()).isZero();
    assertThat(report.transfers()).isEqualTo(count("select count(*) from @.ledger_transfer"));
    assertThat(count("select max(number) from @.ledger_seal"))
        .isEqualTo(count("select count(*) from @.ledger_seal"));
  }

  private void sealWhile(AtomicBoolean posting) {
    Sealer sealer = new Sealer(db, new RowReader(db));
    boolean more = true;
    while (more) {
      more = posting.get();
      while (sealer.runBatch(clock.instant()) > 0) {
        more = true;
      }
    }
  }

  private static AuditReport check(StringWriter seals, StringWriter rows) {
    return LedgerAudit.checkOffline(
        new StringReader(seals.toString()), new StringReader(rows.toString()));
  }
}

package dev.innkeeper.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import dev.innkeeper.billing.catalog.Catalog;
import dev.innkeeper.billing.customer.Customers;
import dev.innkeeper.billing.db.Commands;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.event.EventLog;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.subscription.StoredLives;
import dev.innkeeper.billing.usage.Usage;
import dev.innkeeper.billing.usage.UsagePolicy;
import dev.innkeeper.billing.usage.UsageRecord;
import dev.innkeeper.billing.usage.UsageReport;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.Connection;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.util.ByteConverter;

/**
 * Ingests usage through the public API, and the same rows by a bare binary COPY into a table with
 * the same key and index: in turns, a transaction of 100,000 rows each.
 */
final class UsageBench implements Bench.Driver {
  private static final Instant START = Instant.parse("2026-10-01T00:00:00Z");
  private static final int BATCH = 100_000;
  private static final int SUBSCRIPTIONS = 10_000;
  private static final byte[] HEADER = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
  };

  @Override
  public void run(Bench.Pace pace, PrintStream out) throws Exception {
    int rounds = pace == Bench.Pace.QUICK ? 4 : 12;
    try (BenchDatabase server = BenchDatabase.start();
        HikariDataSource pool = server.createDatabase("usage", 4)) {
      Database db = new Database(pool, BenchDatabase.SCHEMA);
      Catalog catalog = Populations.create(db, Clock.fixed(START, ZoneOffset.UTC), SUBSCRIPTIONS);
      Usage usage = usage(db, catalog);
      db.run(handle -> handle.execute("create table @.bare (like @.usage_record including all)"));
      double[] bare = new double[rounds];
      double[] fresh = new double[rounds];
      double[] again = new double[rounds];
      for (int round = -1; round < rounds; round++) {
        List<UsageRecord> batch = batch(round);
        double copy = seconds(() -> bareCopy(pool, batch));
        double ingest = seconds(() -> expect(usage.recordAll(batch), BATCH, 0));
        double duplicates = seconds(() -> expect(usage.recordAll(batch), 0, BATCH));
        if (round >= 0) {
          bare[round] = copy;
          fresh[round] = ingest;
          again[round] = duplicates;
        }
      }
      out.println("| contender | rows/s, median of " + rounds + " | of the bare COPY |");
      out.println("|---|---|---|");
      print(out, "bare binary COPY into the same table with its key", bare, bare);
      print(out, "Usage.recordAll, new rows", fresh, bare);
      print(out, "Usage.recordAll, every row a duplicate", again, bare);
    }
  }

  private static Usage usage(Database db, Catalog catalog) {
    Clock later = Clock.fixed(START.plusSeconds(30 * 86_400), ZoneOffset.UTC);
    Ids ids = new Ids(later, new SecureRandom());
    var json = BillingJson.mapper();
    Customers customers =
        new Customers(
            db,
            new Commands(db, json, later),
            new EventLog(db, json, ids, later),
            json,
            ids,
            later);
    return new Usage(
        db, catalog, new StoredLives(db, customers, later), UsagePolicy.STANDARD, later);
  }

  /** Each subscription's hourly records, as collectors send them: all of an hour together. */
  private static List<UsageRecord> batch(int round) {
    List<UsageRecord> records = new ArrayList<>(BATCH);
    for (int i = 0; i < BATCH; i++) {
      UUID id = Populations.id(1 + i % SUBSCRIPTIONS);
      long hour = (round + 1) * 10L + i / SUBSCRIPTIONS;
      Instant from = START.plusSeconds(hour * 3600);
      records.add(
          UsageRecord.of(
              id,
              id,
              "traffic",
              BigDecimal.valueOf(i % 1000, 3),
              from,
              from.plusSeconds(3600),
              "collector-7/" + from));
    }
    return records;
  }

  private static void expect(UsageReport report, int accepted, int duplicates) {
    if (report.accepted() != accepted || report.duplicates() != duplicates) {
      throw new IllegalStateException("not as expected: " + report);
    }
  }

  private interface Work {
    void run() throws Exception;
  }

  private static double seconds(Work work) throws Exception {
    long begin = System.nanoTime();
    work.run();
    return (System.nanoTime() - begin) / 1e9;
  }

  private static void print(PrintStream out, String name, double[] seconds, double[] floor) {
    double rate = BATCH / median(seconds);
    out.printf("| %s | %,.0f | %.0f %% |%n", name, rate, 100 * rate * median(floor) / BATCH);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static void bareCopy(HikariDataSource pool, List<UsageRecord> batch) throws Exception {
    try (Connection connection = pool.getConnection()) {
      CopyIn copy =
          connection
              .unwrap(PGConnection.class)
              .getCopyAPI()
              .copyIn(
                  "copy billing.bare (customer_id, subscription_id, idempotency_key, meter,"
                      + " quantity, from_at, to_at, recorded_at) from stdin with (format binary)");
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 17);
      DataOutputStream row = new DataOutputStream(bytes);
      row.write(HEADER);
      for (UsageRecord record : batch) {
        write(row, record);
        if (bytes.size() >= 1 << 16) {
          copy.writeToCopy(bytes.toByteArray(), 0, bytes.size());
          bytes.reset();
        }
      }
      row.writeShort(-1);
      copy.writeToCopy(bytes.toByteArray(), 0, bytes.size());
      long copied = copy.endCopy();
      if (copied != BATCH) {
        throw new IllegalStateException("copied " + copied);
      }
    }
  }

  private static void write(DataOutputStream row, UsageRecord record) throws IOException {
    row.writeShort(8);
    for (UUID id : List.of(record.customerId(), record.subscriptionId())) {
      row.writeInt(16);
      row.writeLong(id.getMostSignificantBits());
      row.writeLong(id.getLeastSignificantBits());
    }
    for (byte[] value :
        List.of(
            record.idempotencyKey().getBytes(StandardCharsets.UTF_8),
            record.meter().getBytes(StandardCharsets.UTF_8),
            ByteConverter.numeric(record.quantity()))) {
      row.writeInt(value.length);
      row.write(value);
    }
    for (Instant instant : List.of(record.from(), record.to(), record.to())) {
      row.writeInt(8);
      row.writeLong((instant.getEpochSecond() - 946_684_800L) * 1_000_000L);
    }
  }
}

package dev.innkeeper.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.Statement;

/**
 * Years of business, written in bulk: accounts that pass one minor unit to and fro. All sums fit,
 * and all of it awaits its seal.
 */
final class OldBooks {
  private static final int TRANSFERS_A_CHUNK = 250_000;
  private static final int ENTRIES_AN_ACCOUNT = 20;

  /**
   * Batches of 500 were recorded at one instant. n counts transfers from 0, m is the number of
   * accounts, k an account's number.
   */
  private static final String[] STATEMENTS = {
    "insert into billing.ledger_account (owner, account, code, currency, lane, type, opened_at,"
        + " balance, seq, recorded_at) select @owner, 7, 'funds', 'EUR', 0, 'LIABILITY',"
        + " timestamptz '2026-01-01', 0, 20, timestamptz '2026-01-01'"
        + " + ((case when k < @m / 2 then k + @m / 2 else k end + 9::bigint * @m) / 500)"
        + " * interval '1 ms' from generate_series(0, @m - 1) k",
    "insert into billing.ledger_transfer (id, owner, kind, status, request_hash, effective_at,"
        + " recorded_at) select @id, '00000000-0000-0000-0000-000000000000', 'old', 'POSTED',"
        + " sha256(int8send(n)), @at, @at from generate_series(@from, @to) n",
    "insert into billing.ledger_entry (owner, account, recorded_at, seq, transfer_id, line, amount,"
        + " balance_after) select @owner, 7, @at, 1 + 2 * (n / @m) + late, @id, line,"
        + " 1 - 2 * line, case when late = 1 then 0 else 1 - 2 * line end"
        + " from (select n, line, (n + line * (@m / 2)) % @m as k,"
        + " (n % @m >= @m / 2)::int as late"
        + " from generate_series(@from, @to) n, generate_series(0, 1) line) x",
    "insert into billing.ledger_unsealed (recorded_at, first_id, transfers, ids)"
        + " select max(@at), min(@id::text)::uuid, count(*), array_agg(@id)"
        + " from generate_series(@from, @to) n group by n / 500"
  };

  private OldBooks() {}

  /** Writes so many entries; a multiple of 40. */
  static void write(HikariDataSource pool, int entries) throws Exception {
    long transfers = entries / 2;
    long accounts = entries / ENTRIES_AN_ACCOUNT;
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(rendered(STATEMENTS[0], accounts, 0, 0));
      for (long from = 0; from < transfers; from += TRANSFERS_A_CHUNK) {
        long to = Math.min(transfers, from + TRANSFERS_A_CHUNK) - 1;
        for (int i = 1; i < STATEMENTS.length; i++) {
          statement.execute(rendered(STATEMENTS[i], accounts, from, to));
        }
      }
    }
  }

  private static String rendered(String sql, long accounts, long from, long to) {
    return sql.replace("@id", uuid("7000", "n"))
        .replace("@owner", uuid("8000", "k"))
        .replace("@at", "(timestamptz '2026-01-01' + n / 500 * interval '1 ms')")
        .replace("@m", Long.toString(accounts))
        .replace("@from", Long.toString(from))
        .replace("@to", Long.toString(to));
  }

  private static String uuid(String version, String number) {
    return "('01900000-0000-" + version + "-8000-' || lpad(to_hex(" + number + "), 12, '0'))::uuid";
  }
}

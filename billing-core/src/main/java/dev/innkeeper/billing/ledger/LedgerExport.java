package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.UUID;

/**
 * Writes the books as other programs read them. Reads with a cursor, so that memory does not grow
 * with the books. Thread-safe.
 */
public final class LedgerExport {
  private static final int FETCH = 1_000;

  private static final String ENTRIES =
      "select t.id, t.kind, t.effective_at, t.recorded_at, t.metadata, e.line, e.owner, a.code,"
          + " a.currency, a.type, e.amount from @.ledger_entry e"
          + " join @.ledger_transfer t on t.id = e.transfer_id"
          + " join @.ledger_account a on a.owner = e.owner and a.account = e.account"
          + " where e.recorded_at >= ? and e.recorded_at < ?"
          + " order by t.recorded_at, t.id, e.line";

  private final Database db;

  LedgerExport(Database db) {
    this.db = db;
  }

  /** One entry with what surrounds it. */
  record Row(
      UUID id,
      String kind,
      Instant effectiveAt,
      Instant recordedAt,
      Map<String, String> metadata,
      int line,
      AccountId account,
      AccountType type,
      long amount) {

    /** Debits positive, in major units. */
    String signed() {
      return Amount.ofMinor(amount, account.currency()).toPlainString();
    }
  }

  private interface RowUse {
    void accept(Row row) throws IOException;
  }

  /**
   * Writes a line for every entry: transfer, line, kind, times, owner, account, currency, type,
   * debit, credit, metadata. RFC 4180, with a header.
   *
   * @param from what was recorded at or after it
   * @param to and before it
   */
  public void csv(Instant from, Instant to, Writer out) {
    write(
        out,
        "transfer,line,kind,effective_at,recorded_at,owner,account,currency,type,debit,credit,"
            + "metadata\r\n");
    each(
        from,
        to,
        row -> {
          Amount amount = Amount.ofMinor(Math.abs(row.amount()), row.account().currency());
          String plain = amount.toPlainString();
          out.write(
              String.join(
                      ",",
                      row.id().toString(),
                      Integer.toString(row.line()),
                      row.kind(),
                      row.effectiveAt().toString(),
                      row.recordedAt().toString(),
                      row.account().isHouse() ? "house" : row.account().owner().toString(),
                      row.account().code(),
                      row.account().currency().code(),
                      row.type().name(),
                      row.amount() > 0 ? plain : "",
                      row.amount() > 0 ? "" : plain,
                      quoted(notes(row.metadata())))
                  + "\r\n");
        });
  }

  /** Writes a Beancount file: every account opened, every transfer a transaction. */
  public void beancount(Instant from, Instant to, Writer out) {
    String sql =
        db.sql(
            "select type, owner, code, min(currency), string_agg(distinct currency, ',')"
                + " from @.ledger_account group by type, owner, code order by type, code, owner");
    write(out, "option \"title\" \"Innkeeper\"\n\n");
    query(
        sql,
        statement -> {},
        row -> {
          AccountId id = account(row, 2);
          String name = Journals.account(AccountType.valueOf(row.getString(1)), id);
          // Accounts that differ in their currency alone are one account to Beancount.
          out.write("1970-01-01 open " + name + " " + row.getString(5) + "\n");
        });
    UUID[] last = new UUID[1];
    each(
        from,
        to,
        row -> {
          if (!row.id().equals(last[0])) {
            last[0] = row.id();
            out.write("\n" + Journals.beancountHead(row));
          }
          out.write(Journals.posting(row, row.account().currency().code()));
        });
  }

  /** Writes a journal that both hledger and ledger-cli read. */
  public void journal(Instant from, Instant to, Writer out) {
    UUID[] last = new UUID[1];
    each(
        from,
        to,
        row -> {
          if (!row.id().equals(last[0])) {
            last[0] = row.id();
            out.write("\n" + Journals.journalHead(row));
          }
          out.write(Journals.posting(row, Journals.commodity(row.account().currency())));
        });
  }

  static String notes(Map<String, String> metadata) {
    StringBuilder text = new StringBuilder();
    metadata.forEach(
        (key, value) ->
            text.append(text.length() == 0 ? "" : "; ").append(key).append('=').append(value));
    return text.toString();
  }

  private static String quoted(String text) {
    return text.isEmpty() ? "" : '"' + text.replace("\"", "\"\"") + '"';
  }

  private static void write(Writer out, String text) {
    try {
      out.write(text);
    } catch (IOException e) {
      throw new UncheckedIOException("can't write the export", e);
    }
  }

  private void each(Instant from, Instant to, RowUse use) {
    query(
        db.sql(ENTRIES),
        statement -> {
          statement.setObject(1, from.atOffset(ZoneOffset.UTC));
          statement.setObject(2, to.atOffset(ZoneOffset.UTC));
        },
        row ->
            use.accept(
                new Row(
                    row.getObject(1, UUID.class),
                    row.getString(2),
                    SqlValues.instant(row, 3),
                    SqlValues.instant(row, 4),
                    Notes.read(row.getString(5)),
                    row.getInt(6),
                    account(row, 7),
                    AccountType.valueOf(row.getString(10)),
                    row.getLong(11))));
  }

  private static AccountId account(ResultSet row, int column) throws SQLException {
    return new AccountId(
        row.getObject(column, UUID.class),
        row.getString(column + 1),
        Currency.of(row.getString(column + 2)));
  }

  private interface Binding {
    void bind(PreparedStatement statement) throws SQLException;
  }

  private interface ResultUse {
    void accept(ResultSet row) throws SQLException, IOException;
  }

  private void query(String sql, Binding binding, ResultUse use) {
    db.run(
        handle -> {
          try (PreparedStatement statement = handle.getConnection().prepareStatement(sql)) {
            statement.setFetchSize(FETCH);
            binding.bind(statement);
            try (ResultSet row = statement.executeQuery()) {
              while (row.next()) {
                use.accept(row);
              }
            }
          } catch (SQLException e) {
            throw new IllegalStateException("can't read the ledger: " + e.getMessage(), e);
          } catch (IOException e) {
            throw new UncheckedIOException("can't write the export", e);
          }
        });
  }
}

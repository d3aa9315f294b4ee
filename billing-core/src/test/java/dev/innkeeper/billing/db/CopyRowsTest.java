package dev.innkeeper.billing.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.json.Json;
import dev.innkeeper.billing.json.JsonWriter;
import dev.innkeeper.billing.testing.TestDatabase;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGStatement;

class CopyRowsTest {
  private static final DataSource DATA = TestDatabase.createDataSource();
  private static final String TABLE =
      "create temp table r (id uuid, i2 smallint, i4 int, i8 bigint, at timestamptz,"
          + " n numeric, t text, b bytea, j jsonb)";
  private static final String COPY = "copy r from stdin with (format binary)";
  private static final int COLUMNS = 9;

  private static final UUID ID = UUID.fromString("019a0b1c-0000-7000-8000-0123456789ab");

  private static Json json(Object value) {
    try (JsonWriter writer = new JsonWriter(BillingJson.mapper())) {
      return writer.write(value);
    }
  }

  private static CopyRows row(CopyRows rows, String text, BigDecimal number, Instant at) {
    return rows.row()
        .id(ID)
        .int2(-3)
        .int4(Integer.MIN_VALUE)
        .int8(Long.MAX_VALUE)
        .instant(at)
        .decimal(number)
        .text(text)
        .bytea(new byte[] {0, (byte) 0xFF})
        .jsonb(json(Map.of("a", "ü")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "plain", "\\N", "a\tb\nc\r\\.", "שלום 😀 <b>&amp;</b>"})
  void everyValueComesBackAsItWas(String text) throws SQLException {
    Instant at = Instant.parse("1969-12-31T23:59:59.999999Z");
    try (Connection connection = DATA.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(TABLE);
      try (CopyRows rows = new CopyRows(connection, COPY, COLUMNS)) {
        row(rows, text, new BigDecimal("-1234567.000000000001"), at).finish();
      }
      try (ResultSet row = statement.executeQuery("select * from r")) {
        assertThat(row.next()).isTrue();
        assertThat(row.getObject("id", UUID.class)).isEqualTo(ID);
        assertThat(row.getShort("i2")).isEqualTo((short) -3);
        assertThat(row.getInt("i4")).isEqualTo(Integer.MIN_VALUE);
        assertThat(row.getLong("i8")).isEqualTo(Long.MAX_VALUE);
        assertThat(row.getObject("at", OffsetDateTime.class).toInstant()).isEqualTo(at);
        assertThat(row.getBigDecimal("n")).isEqualTo("-1234567.000000000001");
        assertThat(row.getString("t")).isEqualTo(text);
        assertThat(row.getBytes("b")).containsExactly(0, 0xFF);
        assertThat(row.getString("j")).isEqualTo("{\"a\": \"ü\"}");
      }
    }
  }

  @Test
  void nothingIsNullAndManyRowsOutgrowTheBuffer() throws SQLException {
    String text = "x".repeat(100_000);
    try (Connection connection = DATA.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(TABLE);
      try (CopyRows rows = new CopyRows(connection, COPY, COLUMNS)) {
        row(rows, text, BigDecimal.ONE, Instant.EPOCH);
        rows.row().id(null).int2(0).int4(null).int8(null).instant(null);
        rows.decimal(null).text(null).bytea(new byte[0]).jsonb(json(List.of()));
        for (int i = 0; i < 10_000; i++) {
          row(rows, "ä" + i, BigDecimal.valueOf(i), Instant.EPOCH);
        }
        rows.finish();
      }
      try (ResultSet row =
          statement.executeQuery(
              "select count(*), max(length(t)), count(*) filter (where id is null and i4 is null"
                  + " and i8 is null and at is null and n is null and t is null),"
                  + " sum(n), count(distinct t) from r")) {
        row.next();
        assertThat(List.of(row.getLong(1), row.getLong(2), row.getLong(3)))
            .containsExactly(10_002L, 100_000L, 1L);
        assertThat(List.of(row.getLong(4), row.getLong(5))).containsExactly(49_995_001L, 10_001L);
      }
    }
  }

  @Property(tries = 200)
  void decimalsComeBackWithTheirScale(@ForAll("decimals") List<BigDecimal> decimals)
      throws SQLException {
    try (Connection connection = DATA.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create temp table n (i int, n numeric)");
      try (CopyRows rows = new CopyRows(connection, "copy n from stdin with (format binary)", 2)) {
        for (int i = 0; i < decimals.size(); i++) {
          rows.row().int4(i).decimal(decimals.get(i));
        }
        rows.finish();
      }
      // Text as the server makes it, and equality as the server sees it with its own digits.
      try (ResultSet row =
          statement.executeQuery("select n::text, n = n::text::numeric from n order by i")) {
        for (BigDecimal each : decimals) {
          assertThat(row.next()).isTrue();
          assertThat(row.getString(1)).isEqualTo(each.toPlainString());
          assertThat(row.getBoolean(2)).isTrue();
        }
      }
    }
  }

  @Provide
  Arbitrary<List<BigDecimal>> decimals() {
    Arbitrary<BigInteger> few =
        Arbitraries.longs().between(-20_000, 20_000).map(BigInteger::valueOf);
    Arbitrary<BigInteger> round =
        Combinators.combine(
                Arbitraries.longs().between(-99, 99), Arbitraries.integers().between(0, 18))
            .as((n, zeros) -> BigInteger.valueOf(n).multiply(BigInteger.TEN.pow(zeros)));
    Arbitrary<BigInteger> any =
        Arbitraries.bigIntegers().between(BigInteger.TEN.pow(20).negate(), BigInteger.TEN.pow(20));
    return Combinators.combine(
            Arbitraries.oneOf(few, round, any), Arbitraries.integers().between(-3, 25))
        .as(BigDecimal::new)
        .list()
        .ofMaxSize(50);
  }

  @Test
  void rowsThatAreNotFinishedAreNotWrittenAndTheConnectionIsOfUseAgain() throws SQLException {
    try (Connection connection = DATA.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(TABLE);
      for (int sent : new int[] {0, 1, 5_000}) {
        try (CopyRows rows = new CopyRows(connection, COPY, COLUMNS)) {
          for (int i = 0; i < sent; i++) {
            row(rows, "lost", BigDecimal.ONE, Instant.EPOCH);
          }
        }
        try (CopyRows none = new CopyRows(connection, COPY, COLUMNS)) {
          none.finish();
        }
        try (ResultSet row = statement.executeQuery("select count(*) from r")) {
          row.next();
          assertThat(row.getLong(1)).isZero();
        }
      }
    }
  }

  @Test
  void arraysComeBackAsTheyWere() throws SQLException {
    Instant at = Instant.parse("2026-10-25T00:59:59.123456Z");
    try (Connection connection = DATA.getConnection();
        var statement = connection.prepareStatement("select ?::uuid[], ?::timestamptz[]")) {
      statement.setArray(1, SqlArrays.ids(connection, new UUID[] {ID, ID}));
      statement.setArray(2, SqlArrays.instants(connection, new Instant[] {at, Instant.EPOCH}));
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        assertThat((UUID[]) row.getArray(1).getArray()).containsExactly(ID, ID);
        assertThat(row.getString(2)).contains("2026-10-25").contains(".123456").contains("1970");
      }
      statement.setArray(1, SqlArrays.ids(connection, new UUID[0]));
      statement.setArray(2, SqlArrays.instants(connection, new Instant[0]));
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        assertThat(row.getString(1)).isEqualTo("{}");
        assertThat(row.getString(2)).isEqualTo("{}");
      }
    }
  }

  @Test
  void aRowTooShortOrTooLongIsRefused() throws SQLException {
    try (Connection connection = DATA.getConnection();
        CopyRows one = new CopyRows(connection, COPY, 1).row().int8(1);
        CopyRows two = new CopyRows(connection, COPY, 2).row().int8(1)) {
      assertThatThrownBy(() -> one.int8(2)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(two::row).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(two::finish).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void whatTheServerRefusesIsAnErrorWithItsState() throws SQLException {
    try (Connection connection = DATA.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create temp table c (n bigint check (n > 0))");
      try (CopyRows rows =
          new CopyRows(connection, "copy c from stdin with (format binary)", 1).row().int8(-1)) {
        assertThatThrownBy(rows::finish)
            .satisfies(e -> assertThat(Database.sqlState(e)).isEqualTo("23514"));
      }
      statement.execute("create temp table d (t text)");
      try (CopyRows again =
          new CopyRows(connection, "copy d from stdin with (format binary)", 1)
              .row()
              .text(new String(new char[] {0}))) {
        assertThatThrownBy(again::finish)
            .satisfies(e -> assertThat(Database.sqlState(e)).isEqualTo("22021"));
      }
    }
  }

  /** Long after the first rows were sent, and with more of them to come. */
  @Test
  void whatTheServerRefusesInTheMidstIsAnErrorWithItsState() throws SQLException {
    try (Connection connection = DATA.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create temp table c (n bigint check (n <> 20000))");
      try (CopyRows rows = new CopyRows(connection, "copy c from stdin with (format binary)", 1)) {
        assertThatThrownBy(
                () -> {
                  for (int i = 0; i < 2_000_000; i++) {
                    rows.row().int8(i);
                  }
                  rows.finish();
                })
            .satisfies(e -> assertThat(Database.sqlState(e)).isEqualTo("23514"));
      }
      try (ResultSet row = statement.executeQuery("select count(*) from c")) {
        row.next();
        assertThat(row.getLong(1)).isZero();
      }
    }
  }

  @Test
  void instantsComeBackHoweverTheyAreSent() throws SQLException {
    List<Instant> instants =
        List.of(
            Instant.parse("2026-10-25T00:59:59.123456Z"),
            Instant.parse("1969-12-31T23:59:59.999999Z"),
            Instant.parse("1999-12-31T23:59:59.000001Z"),
            Instant.parse("2000-01-01T00:00:00Z"),
            Instant.parse("9999-12-31T23:59:59.999999Z"));
    try (Connection connection = DATA.getConnection()) {
      // The driver asks for binary values when it has seen a statement some times.
      for (int threshold : new int[] {-1, 0}) {
        try (PreparedStatement read =
            connection.prepareStatement("select ?::timestamptz as at, null::timestamptz as none")) {
          read.unwrap(PGStatement.class).setPrepareThreshold(threshold);
          for (Instant instant : instants) {
            read.setObject(1, instant.atOffset(ZoneOffset.UTC));
            try (ResultSet row = read.executeQuery()) {
              row.next();
              assertThat(SqlValues.instant(row, "at")).isEqualTo(instant);
              assertThat(SqlValues.instantOrNull(row, "none")).isNull();
            }
          }
        }
      }
    }
  }
}

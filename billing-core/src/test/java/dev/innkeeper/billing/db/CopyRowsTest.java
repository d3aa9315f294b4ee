package dev.innkeeper.billing.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.testing.TestDatabase;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CopyRowsTest {
  private static final DataSource DATA = TestDatabase.createDataSource();
  private static final String TABLE =
      "create temp table r (id uuid, ids uuid[], i2 smallint, i4 int, i8 bigint, at timestamptz,"
          + " n numeric, t text, b bytea, j jsonb)";
  private static final String COPY = "copy r from stdin with (format binary)";
  private static final int COLUMNS = 10;

  private static final UUID ID = UUID.fromString("019a0b1c-0000-7000-8000-0123456789ab");

  private static CopyRows row(CopyRows rows, String text, BigDecimal number, Instant at) {
    return rows.row()
        .id(ID)
        .ids(new UUID[] {ID, new UUID(0, 0)})
        .int2(-3)
        .int4(Integer.MIN_VALUE)
        .int8(Long.MAX_VALUE)
        .instant(at)
        .decimal(number)
        .text(text)
        .bytea(new byte[] {0, (byte) 0xFF})
        .jsonb("{\"a\":\"ü\"}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "plain", "\\N", "a\tb\nc\r\\.", "שלום 😀 <b>&amp;</b>"})
  void everyValueComesBackAsItWas(String text) throws SQLException {
    Instant at = Instant.parse("1969-12-31T23:59:59.999999Z");
    try (Connection connection = DATA.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(TABLE);
      CopyRows rows = new CopyRows(COLUMNS);
      row(rows, text, new BigDecimal("-1234567.000000000001"), at).execute(connection, COPY);
      try (ResultSet row = statement.executeQuery("select * from r")) {
        assertThat(row.next()).isTrue();
        assertThat(row.getObject("id", UUID.class)).isEqualTo(ID);
        assertThat((UUID[]) row.getArray("ids").getArray()).containsExactly(ID, new UUID(0, 0));
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
  void nothingIsNullAndManyRowsOutgrowTheFirstBuffer() throws SQLException {
    String text = "x".repeat(100_000);
    CopyRows rows = new CopyRows(COLUMNS);
    row(rows, text, BigDecimal.ONE, Instant.EPOCH);
    rows.row().id(null).ids(new UUID[0]).int2(0).int4(null).int8(null).instant(null);
    rows.decimal(null).text(null).bytea(new byte[0]).jsonb("null");
    try (Connection connection = DATA.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(TABLE);
      rows.execute(connection, COPY);
      try (ResultSet row =
          statement.executeQuery(
              "select count(*), max(length(t)), count(*) filter (where id is null and i4 is null"
                  + " and i8 is null and at is null and n is null and t is null and ids = '{}')"
                  + " from r")) {
        row.next();
        assertThat(List.of(row.getLong(1), row.getLong(2), row.getLong(3)))
            .containsExactly(2L, 100_000L, 1L);
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
  void aRowTooShortOrTooLongIsRefusedBeforeAnythingIsSent() {
    CopyRows tooLong = new CopyRows(1).row().int8(1);
    assertThatThrownBy(() -> tooLong.int8(2)).isInstanceOf(IllegalStateException.class);
    CopyRows tooShort = new CopyRows(2).row().int8(1);
    assertThatThrownBy(tooShort::row).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void whatTheServerRefusesIsAnErrorWithItsState() throws SQLException {
    try (Connection connection = DATA.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create temp table c (n bigint check (n > 0))");
      CopyRows rows = new CopyRows(1).row().int8(-1);
      assertThatThrownBy(() -> rows.execute(connection, "copy c from stdin with (format binary)"))
          .satisfies(e -> assertThat(Database.sqlState(e)).isEqualTo("23514"));
      CopyRows again = new CopyRows(1).row().text(new String(new char[] {0}));
      statement.execute("create temp table d (t text)");
      assertThatThrownBy(() -> again.execute(connection, "copy d from stdin with (format binary)"))
          .satisfies(e -> assertThat(Database.sqlState(e)).isEqualTo("22021"));
    }
  }
}

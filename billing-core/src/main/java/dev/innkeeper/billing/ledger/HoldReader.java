package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Finds holds. Thread-safe. */
final class HoldReader {
  private static final String COLUMNS =
      "select h.id, h.owner, a.code, a.currency, h.amount, h.remaining, h.expires_at";

  private final Database db;

  HoldReader(Database db) {
    this.db = db;
  }

  Optional<HoldStatus> find(UUID id) {
    return db.tx(
        handle ->
            handle
                .createQuery(
                    COLUMNS
                        + " from @.ledger_transfer t"
                        + " join @.ledger_hold h on h.owner = t.owner and h.id = t.id"
                        + " join @.ledger_account a on a.owner = h.owner and a.account = h.account"
                        + " where t.id = :id")
                .bind("id", id)
                .map((row, context) -> status(row))
                .findOne());
  }

  /** Open holds whose time is over, oldest first. */
  List<HoldStatus> expired(Instant now, int limit) {
    return db.tx(
        handle ->
            handle
                .createQuery(
                    COLUMNS
                        + " from @.ledger_hold h"
                        + " join @.ledger_account a on a.owner = h.owner and a.account = h.account"
                        + " where h.remaining > 0 and h.expires_at <= :now"
                        + " order by h.expires_at limit :limit")
                .bind("now", now.atOffset(ZoneOffset.UTC))
                .bind("limit", limit)
                .map((row, context) -> status(row))
                .list());
  }

  private static HoldStatus status(ResultSet row) throws SQLException {
    Currency currency = Currency.of(row.getString("currency"));
    AccountId account =
        new AccountId(row.getObject("owner", UUID.class), row.getString("code"), currency);
    return new HoldStatus(
        new Hold(
            row.getObject("id", UUID.class),
            account,
            Amount.ofMinor(row.getLong("amount"), currency),
            SqlValues.instant(row, 7)),
        Amount.ofMinor(row.getLong("remaining"), currency));
  }
}

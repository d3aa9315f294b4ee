package dev.innkeeper.billing.promotion;

import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.promotion.CouponTerms.Lasts;
import dev.innkeeper.billing.promotion.CouponTerms.Stacking;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;

/** Reads the rows of coupons; {@code c} is the table's alias. */
final class CouponRows {
  static final String TERMS =
      "c.code, c.percent, c.amount_minor, c.currency, c.products, c.lasts, c.periods, c.stacking";
  static final String ALL =
      TERMS
          + ", c.id, c.name, c.redemptions, c.redemptions_max, c.redemptions_a_customer_max,"
          + " c.valid_from, c.valid_until, c.withdrawn_at, c.created_by, c.created_at";

  private CouponRows() {}

  static CouponTerms terms(ResultSet row) throws SQLException {
    String currency = row.getString("currency");
    return new CouponTerms(
        row.getBigDecimal("percent"),
        currency == null
            ? null
            : Amount.ofMinor(row.getLong("amount_minor"), Currency.of(currency)),
        Set.of((String[]) row.getArray("products").getArray()),
        Lasts.valueOf(row.getString("lasts")),
        row.getObject("periods", Integer.class),
        Stacking.valueOf(row.getString("stacking")));
  }

  static Coupon coupon(ResultSet row) throws SQLException {
    return new Coupon(
        row.getObject("id", UUID.class),
        row.getString("code"),
        row.getString("name"),
        terms(row),
        row.getInt("redemptions"),
        row.getObject("redemptions_max", Integer.class),
        row.getInt("redemptions_a_customer_max"),
        required(row, "valid_from"),
        SqlValues.instantOrNull(row, "valid_until"),
        SqlValues.instantOrNull(row, "withdrawn_at"),
        row.getString("created_by"),
        required(row, "created_at"));
  }

  static Instant required(ResultSet row, String column) throws SQLException {
    return SqlValues.instant(row, column);
  }
}

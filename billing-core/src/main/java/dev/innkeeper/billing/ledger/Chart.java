package dev.innkeeper.billing.ledger;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which accounts come into being by being posted to, and with what terms. */
final class Chart {
  private static final Map<String, AccountType> OF_CUSTOMERS =
      Map.of(
          "cash", AccountType.LIABILITY,
          "voucher", AccountType.LIABILITY,
          "receivable", AccountType.ASSET,
          "pledged", AccountType.LIABILITY,
          "funds", AccountType.LIABILITY);

  private static final Map<String, AccountType> OF_HOUSE =
      Map.of(
          "promotion", AccountType.EXPENSE,
          "writeoff", AccountType.EXPENSE);

  private static final Map<String, AccountType> FAMILIES_OF_HOUSE =
      Map.of(
          "revenue", AccountType.INCOME,
          "gateway", AccountType.ASSET,
          "tax", AccountType.LIABILITY,
          "fee", AccountType.EXPENSE,
          "cost", AccountType.EXPENSE,
          "payable", AccountType.LIABILITY);

  private Chart() {}

  /** The account's terms by the chart, or null when the chart does not know it. */
  static @Nullable AccountSpec find(AccountId id) {
    AccountType type;
    if (id.isHouse()) {
      int slash = id.code().indexOf('/');
      type =
          slash < 0
              ? OF_HOUSE.get(id.code())
              : FAMILIES_OF_HOUSE.get(id.code().substring(0, slash));
    } else {
      type = OF_CUSTOMERS.get(id.code());
    }
    if (type == null) {
      return null;
    }
    boolean floored = id.code().equals("cash") || id.code().equals("voucher");
    return new AccountSpec(id, type, floored ? 0L : null);
  }

  /** Whether the account is kept in lanes, so that writers of it don't wait for one another. */
  static boolean isSplit(AccountId id) {
    return id.isHouse() && find(id) != null;
  }
}

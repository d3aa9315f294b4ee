package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.money.Currency;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Finds the rows of accounts by hashing their names. Thread-safe. */
final class AccountKeys {
  /** Lanes of a split account. More make room for more writers, and reading dearer. */
  static final int LANES = 32;

  private static final int CACHE_SIZE_MAX = 10_000;

  private final Map<Name, Long> cache = new ConcurrentHashMap<>();

  private record Name(String code, Currency currency, int lane) {}

  AccountKey of(AccountId id, int lane) {
    Name name = new Name(id.code(), id.currency(), lane);
    Long known = cache.get(name);
    if (known == null) {
      known = Hash.of(out -> out.text(name.code).text(name.currency.code()).int8(lane)).first8();
      if (cache.size() < CACHE_SIZE_MAX) {
        cache.put(name, known);
      }
    }
    return new AccountKey(id.owner(), known);
  }

  /** Every row that the account may have. */
  List<AccountKey> all(AccountId id) {
    int lanes = Chart.isSplit(id) ? LANES : 1;
    List<AccountKey> keys = new ArrayList<>(lanes);
    for (int lane = 0; lane < lanes; lane++) {
      keys.add(of(id, lane));
    }
    return keys;
  }

  /** The lane that this thread writes to: the same throughout a transaction. */
  static int laneOf(AccountId id) {
    return Chart.isSplit(id) ? (int) (Thread.currentThread().getId() % LANES) : 0;
  }
}

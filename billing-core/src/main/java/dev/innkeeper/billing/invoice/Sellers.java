package dev.innkeeper.billing.invoice;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.json.BillingJson;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Handle;

/** Keeps every version of a seller that invoices were issued under. Thread-safe. */
final class Sellers {
  /** More versions of one seller than anyone has; a bound for the cache. */
  private static final int CACHED_MAX = 1_000;

  private record Key(String code, int version) {}

  private record Latest(int version, boolean same) {}

  private final Database db;
  private final ObjectMapper json;
  private final Clock clock;
  private final Seller current;
  private final AtomicInteger currentVersion = new AtomicInteger();
  private final Map<Key, Seller> known = new ConcurrentHashMap<>();

  Sellers(Database db, ObjectMapper json, Clock clock, Seller current) {
    this.db = db;
    this.json = json;
    this.clock = clock;
    this.current = current;
  }

  Seller current() {
    return current;
  }

  /** The version of the seller that invoices are issued under now; stored when it is new. */
  int currentVersion() {
    int version = currentVersion.get();
    if (version != 0) {
      return version;
    }
    boolean joined = db.inTransaction();
    version = db.tx(this::ensureCurrent);
    if (!joined) {
      // Within a transaction the row may yet be rolled back: only a committed one is remembered.
      currentVersion.set(version);
    }
    return version;
  }

  private int ensureCurrent(Handle handle) {
    String details = BillingJson.write(json, current);
    while (true) {
      Latest latest =
          handle
              .createQuery(
                  "select version, details = cast(:details as jsonb) from @.invoice_seller"
                      + " where code = :code order by version desc limit 1")
              .bind("details", details)
              .bind("code", current.code())
              .map((row, context) -> new Latest(row.getInt(1), row.getBoolean(2)))
              .findOne()
              .orElse(new Latest(0, false));
      if (latest.same()) {
        return latest.version();
      }
      // Another node may add the same version at the same time; then the loop finds it.
      handle
          .createUpdate(
              "insert into @.invoice_seller (code, version, details, created_at)"
                  + " values (:code, :version, cast(:details as jsonb), :now)"
                  + " on conflict do nothing")
          .bind("code", current.code())
          .bind("version", latest.version() + 1)
          .bind("details", details)
          .bind("now", clock.instant().atOffset(ZoneOffset.UTC))
          .execute();
    }
  }

  /** The seller as an invoice was issued under. */
  Seller of(Handle handle, String code, int version) {
    Key key = new Key(code, version);
    Seller seller = known.get(key);
    if (seller == null) {
      seller =
          handle
              .createQuery(
                  "select details from @.invoice_seller where code = :code and version = :version")
              .bind("code", code)
              .bind("version", version)
              .map((row, context) -> BillingJson.read(json, row.getString(1), Seller.class))
              .one();
      if (known.size() < CACHED_MAX) {
        known.put(key, seller);
      }
    }
    return seller;
  }
}

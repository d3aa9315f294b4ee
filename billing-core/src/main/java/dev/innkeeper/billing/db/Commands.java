package dev.innkeeper.billing.db;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.problem.Conflict;
import dev.innkeeper.billing.problem.InvalidInput;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;

/**
 * Makes commands take effect once: the key and the outcome are stored in the transaction that
 * carries the effect, so a retry gets the first outcome, whenever it comes.
 */
public final class Commands {
  /** Keys of commands that belong to no customer. */
  public static final UUID NO_OWNER = new UUID(0, 0);

  private static final int KEY_LENGTH_MAX = 200;

  private final Database db;
  private final ObjectMapper json;
  private final Clock clock;

  public Commands(Database db, ObjectMapper json, Clock clock) {
    this.db = db;
    this.json = json;
    this.clock = clock;
  }

  /**
   * Runs the work unless the key was used before.
   *
   * @param owner the customer the key belongs to, or {@link #NO_OWNER}
   * @param key the caller's idempotency key, 1 to 200 characters
   * @param request everything that makes the command what it is; a record or another value that
   *     {@link BillingJson} writes the same way every time
   * @param outcomeType what the work returns; must survive a round trip through JSON
   * @return the work's outcome, now or of the first time
   * @throws Conflict when the key was used with another request
   * @throws InvalidInput when the key is empty or too long
   */
  public <T> T once(
      UUID owner, String key, Object request, Class<T> outcomeType, Supplier<T> work) {
    if (key.isBlank() || key.length() > KEY_LENGTH_MAX) {
      throw new InvalidInput("idempotencyKey", "must have 1 to " + KEY_LENGTH_MAX + " characters");
    }
    byte[] hash = hash(outcomeType.getName() + ' ' + BillingJson.write(json, request));
    return db.tx(
        handle -> {
          if (!claim(handle, owner, key, hash)) {
            return replay(handle, owner, key, hash, outcomeType);
          }
          T outcome = work.get();
          handle
              .createUpdate(
                  "update @.command set outcome = cast(:outcome as jsonb)"
                      + " where owner = :owner and key = :key")
              .bind("outcome", BillingJson.write(json, outcome))
              .bind("owner", owner)
              .bind("key", key)
              .execute();
          return outcome;
        });
  }

  /** True when the key is new. A concurrent holder of the key is waited for. */
  private boolean claim(Handle handle, UUID owner, String key, byte[] hash) {
    return handle
            .createUpdate(
                "insert into @.command (owner, key, request_hash, recorded_at)"
                    + " values (:owner, :key, :hash, :now) on conflict do nothing")
            .bind("owner", owner)
            .bind("key", key)
            .bind("hash", hash)
            .bind("now", clock.instant().atOffset(ZoneOffset.UTC))
            .execute()
        == 1;
  }

  private <T> T replay(Handle handle, UUID owner, String key, byte[] hash, Class<T> outcomeType) {
    record Stored(boolean sameRequest, String outcome) {}
    Optional<Stored> stored =
        handle
            .createQuery(
                "select request_hash = :hash, outcome from @.command where owner = :owner and key = :key")
            .bind("owner", owner)
            .bind("key", key)
            .bind("hash", hash)
            .map((row, context) -> new Stored(row.getBoolean(1), row.getString(2)))
            .findOne();
    if (stored.isEmpty() || !stored.get().sameRequest()) {
      throw new Conflict(
          "idempotency-key-reused",
          "idempotency key '" + key + "' was used before for another request; use a new key");
    }
    return BillingJson.read(json, stored.get().outcome(), outcomeType);
  }

  private static byte[] hash(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}

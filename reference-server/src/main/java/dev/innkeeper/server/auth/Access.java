package dev.innkeeper.server.auth;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.problem.Conflict;
import dev.innkeeper.billing.problem.InvalidInput;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Signs people up and in, and knows them again by their token. Goes by the real clock, never by a
 * trial's. Thread-safe.
 */
public final class Access {
  private static final Duration SESSION_LIFE = Duration.ofDays(14);
  private static final Duration API_TOKEN_LIFE = Duration.ofDays(365);
  private static final int TOKEN_BYTES = 32;

  private final Database db;
  private final BillingEngine engine;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();
  private final Passwords passwords = new Passwords();
  private final SignInLimiter limiter;

  /** What a token is for: a browser, or a program. */
  public enum Kind {
    SESSION(SESSION_LIFE),
    API(API_TOKEN_LIFE);

    private final Duration life;

    Kind(Duration life) {
      this.life = life;
    }
  }

  private record Login(Identity identity, String passwordHash) {}

  /**
   * @param db the server's own schema
   * @param clock the real one
   */
  public Access(Database db, BillingEngine engine, Clock clock) {
    this.db = db;
    this.engine = engine;
    this.clock = clock;
    this.limiter = new SignInLimiter(clock);
  }

  /**
   * Registers a customer and the login that belongs to it, both or neither.
   *
   * @param key a repeat with the same key, customer and password gives the same login
   * @throws InvalidInput naming the field at fault
   * @throws Conflict when the address has a login already, or the key was used with other content
   */
  public Identity signUp(NewCustomer wanted, String password, String key) {
    String email = normalized(wanted.email());
    String hash = passwords.hash(password);
    return db.tx(
        handle -> {
          Customer customer =
              engine.in(
                  handle.getConnection(), () -> engine.customers().register(wanted, "web:" + key));
          Login existing = find(handle, email);
          if (existing != null) {
            if (customer.id().equals(existing.identity().customerId())
                && passwords.matches(password, existing.passwordHash())) {
              return existing.identity();
            }
            throw new Conflict(
                "email-taken", email + " has an account already: sign in, or use another address");
          }
          return insert(handle, email, hash, Role.CUSTOMER, customer.id());
        });
  }

  /** Makes an admin's login, or gives the one there is a new password. */
  public Identity setAdmin(String email, String password) {
    String address = normalized(email);
    String hash = passwords.hash(password);
    return db.tx(
        handle -> {
          Login existing = find(handle, address);
          if (existing == null) {
            return insert(handle, address, hash, Role.ADMIN, null);
          }
          if (!existing.identity().isAdmin()) {
            throw new Conflict("email-taken", address + " is a customer's; use another address");
          }
          handle
              .createUpdate("update @.login set password_hash = :hash where id = :id")
              .bind("hash", hash)
              .bind("id", existing.identity().loginId())
              .execute();
          return existing.identity();
        });
  }

  /** Some admin's login, if there is any. */
  public Optional<Identity> anyAdmin() {
    return db.tx(
        handle ->
            handle
                .createQuery(
                    "select * from @.login where role = 'ADMIN' order by created_at limit 1")
                .map((row, context) -> login(row).identity())
                .findOne());
  }

  /**
   * Signs in with a password.
   *
   * @param address the network address the request comes from
   * @return who it is, or nobody: wrong address and wrong password look the same
   * @throws TooManyAttempts after ten failures in ten minutes, from the address or for the login
   */
  public Optional<Identity> signIn(String email, String password, String address) {
    String login = normalized(email);
    List<String> who = List.of("login " + login, "address " + address);
    if (!limiter.begin(who)) {
      throw new TooManyAttempts();
    }
    Login found = db.tx(handle -> find(handle, login));
    if (found == null) {
      passwords.matchNobody(password);
    } else if (passwords.matches(password, found.passwordHash())) {
      limiter.succeeded(who);
      return Optional.of(found.identity());
    }
    return Optional.empty();
  }

  /** A new token for a login. */
  public AccessToken issue(Identity identity, Kind kind) {
    byte[] bytes = new byte[TOKEN_BYTES];
    random.nextBytes(bytes);
    String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    Instant now = clock.instant();
    Instant expiresAt = now.plus(kind.life);
    db.run(
        handle -> {
          handle
              .createUpdate("delete from @.access_token where expires_at <= :now")
              .bind("now", at(now))
              .execute();
          handle
              .createUpdate(
                  "insert into @.access_token (token_hash, login_id, kind, created_at, expires_at)"
                      + " values (:hash, :login, :kind, :now, :expires)")
              .bind("hash", hash(secret))
              .bind("login", identity.loginId())
              .bind("kind", kind.name())
              .bind("now", at(now))
              .bind("expires", at(expiresAt))
              .execute();
        });
    return new AccessToken(secret, expiresAt);
  }

  /** Whose token it is, unless it is unknown, of another kind, or expired. */
  public Optional<Identity> identify(String secret, Kind kind) {
    return db.tx(
        handle ->
            handle
                .createQuery(
                    "select l.* from @.access_token t join @.login l on l.id = t.login_id"
                        + " where t.token_hash = :hash and t.kind = :kind and t.expires_at > :now")
                .bind("hash", hash(secret))
                .bind("kind", kind.name())
                .bind("now", at(clock.instant()))
                .map((row, context) -> login(row).identity())
                .findOne());
  }

  /** Ends a token. */
  public void revoke(String secret) {
    db.run(
        handle ->
            handle
                .createUpdate("delete from @.access_token where token_hash = :hash")
                .bind("hash", hash(secret))
                .execute());
  }

  private Identity insert(
      Handle handle, String email, String hash, Role role, @Nullable UUID customerId) {
    UUID id = UUID.randomUUID();
    int inserted =
        handle
            .createUpdate(
                "insert into @.login (id, email, password_hash, role, customer_id, created_at)"
                    + " values (:id, :email, :hash, :role, cast(:customer as uuid), :now)"
                    + " on conflict do nothing")
            .bind("id", id)
            .bind("email", email)
            .bind("hash", hash)
            .bind("role", role.name())
            .bind("customer", customerId)
            .bind("now", at(clock.instant()))
            .execute();
    if (inserted == 0) {
      throw new Conflict(
          "email-taken", email + " has an account already: sign in, or use another address");
    }
    return new Identity(id, email, role, customerId);
  }

  private static @Nullable Login find(Handle handle, String email) {
    return handle
        .createQuery("select * from @.login where email = :email")
        .bind("email", email)
        .map((row, context) -> login(row))
        .findOne()
        .orElse(null);
  }

  private static Login login(ResultSet row) throws SQLException {
    return new Login(
        new Identity(
            row.getObject("id", UUID.class),
            row.getString("email"),
            Role.valueOf(row.getString("role")),
            row.getObject("customer_id", UUID.class)),
        row.getString("password_hash"));
  }

  private static String normalized(String email) {
    String address = email.trim().toLowerCase(Locale.ROOT);
    if (!address.matches("[^@\\s\\p{Cntrl}]{1,100}@[^@\\s\\p{Cntrl}]{1,99}")) {
      throw new InvalidInput("email", "must be an e-mail address such as ada@example.org");
    }
    return address;
  }

  private static byte[] hash(String secret) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static OffsetDateTime at(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}

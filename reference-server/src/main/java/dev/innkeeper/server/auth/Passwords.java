package dev.innkeeper.server.auth;

import com.password4j.Argon2Function;
import com.password4j.Password;
import com.password4j.types.Argon2;
import dev.innkeeper.billing.problem.InvalidInput;
import java.util.concurrent.Semaphore;

/**
 * Hashes passwords with Argon2id: 19 MiB, two passes, one lane. At most two at a time, so that a
 * flood of sign-ins takes neither all memory nor all processors. Thread-safe.
 */
final class Passwords {
  private static final int LENGTH_MIN = 10;
  private static final int LENGTH_MAX = 200;
  private static final Argon2Function ARGON2 =
      Argon2Function.getInstance(19 * 1024, 2, 1, 32, Argon2.ID);

  private final Semaphore slots = new Semaphore(2, true);
  private final String nobody = hash("a password that nobody has");

  String hash(String password) {
    if (password.length() < LENGTH_MIN || password.length() > LENGTH_MAX) {
      throw new InvalidInput(
          "password", "must have " + LENGTH_MIN + " to " + LENGTH_MAX + " characters");
    }
    slots.acquireUninterruptibly();
    try {
      return Password.hash(password).addRandomSalt(16).with(ARGON2).getResult();
    } finally {
      slots.release();
    }
  }

  boolean matches(String password, String hash) {
    if (password.length() > LENGTH_MAX) {
      return false;
    }
    slots.acquireUninterruptibly();
    try {
      return Password.check(password, hash).with(ARGON2);
    } finally {
      slots.release();
    }
  }

  /** Takes as long as {@link #matches}, so that time does not tell whether a login exists. */
  void matchNobody(String password) {
    matches(password, nobody);
  }
}

package dev.innkeeper.billing.id;

import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Makes UUIDs of version 7 (RFC 9562): sorted by time, and by order of making within one instance.
 * Thread-safe.
 */
public final class Ids {
  private static final int COUNTER_BITS = 12;
  private static final long COUNTER_MAX = (1L << COUNTER_BITS) - 1;

  /** Random numbers are drawn so many at a time: a secure source takes as long for one. */
  private static final int DRAWN = 64;

  private final Clock clock;
  private final RandomGenerator random;
  private final ByteBuffer drawn = ByteBuffer.allocate(DRAWN * Long.BYTES).limit(0);
  private long lastMillis;
  private long counter;

  /**
   * @param random {@link java.security.SecureRandom} unless a test wants to repeat itself
   */
  public Ids(Clock clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
  }

  /** A new identifier, larger than every one this instance made before. */
  public synchronized UUID next() {
    long now = clock.millis();
    if (now > lastMillis) {
      lastMillis = now;
      // Half of the counter's range is left for the rest of this millisecond.
      counter = (draw() & COUNTER_MAX) / 2;
    } else if (counter == COUNTER_MAX) {
      lastMillis++;
      counter = 0;
    } else {
      counter++;
    }
    long most = (lastMillis << 16) | 0x7000L | counter;
    long least = (draw() & 0x3FFFFFFFFFFFFFFFL) | 0x8000000000000000L;
    return new UUID(most, least);
  }

  private long draw() {
    if (!drawn.hasRemaining()) {
      random.nextBytes(drawn.array());
      drawn.clear();
    }
    return drawn.getLong();
  }

  /**
   * The order in which PostgreSQL keeps ids: by their bytes, where {@link UUID#compareTo} takes
   * halves for signed numbers.
   */
  public static int compare(UUID a, UUID b) {
    int order = Long.compareUnsigned(a.getMostSignificantBits(), b.getMostSignificantBits());
    return order == 0
        ? Long.compareUnsigned(a.getLeastSignificantBits(), b.getLeastSignificantBits())
        : order;
  }
}

package dev.innkeeper.stripe;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** The end of the time that one call of the engine's may take, over all its requests. */
record Deadline(LongSupplier nanoTime, long endNanos) {
  static Deadline in(long millis) {
    return new Deadline(
        System::nanoTime, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis));
  }

  long leftMillis() {
    return Math.max(0, TimeUnit.NANOSECONDS.toMillis(endNanos - nanoTime.getAsLong()));
  }
}

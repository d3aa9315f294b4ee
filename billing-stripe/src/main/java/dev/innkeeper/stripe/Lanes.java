package dev.innkeeper.stripe;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** Lets one call at a time through for a customer: Stripe locks its objects and refuses others. */
final class Lanes {
  private static final int LANES = 64;

  private final ReentrantLock[] locks = new ReentrantLock[LANES];

  Lanes() {
    for (int i = 0; i < LANES; i++) {
      locks[i] = new ReentrantLock();
    }
  }

  /** What {@code work} gives, or {@code busy} when its turn does not come in time. */
  <T> T through(Object customer, Deadline deadline, Supplier<T> work, Supplier<T> busy) {
    ReentrantLock lock = locks[Math.floorMod(customer.hashCode(), LANES)];
    boolean held;
    try {
      held = lock.tryLock(deadline.leftMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return busy.get();
    }
    if (!held) {
      return busy.get();
    }
    try {
      return work.get();
    } finally {
      lock.unlock();
    }
  }
}

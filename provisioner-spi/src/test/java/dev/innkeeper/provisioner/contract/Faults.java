package dev.innkeeper.provisioner.contract;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Has one effect on the world go wrong. A {@link ContractWorld} routes everything that its
 * provisioner changes (a file written, a request that creates, changes or deletes) through {@link
 * #effect}; what only looks is not counted. Thread-safe.
 */
public final class Faults {
  private final int failingEffect;
  private final Kind kind;
  private final AtomicInteger effects = new AtomicInteger();
  private final AtomicBoolean fired = new AtomicBoolean();

  /** What goes wrong. */
  public enum Kind {
    /** The process dies just before the effect. */
    CRASH_BEFORE,
    /** The process dies just after the effect, and never learns that it took place. */
    CRASH_AFTER,
    /** The effect takes place and its answer is lost: the caller sees a time-out. */
    ANSWER_LOST
  }

  /** The process is dead. An error, so that nothing that handles failures handles this one. */
  public static final class Crash extends Error {
    private static final long serialVersionUID = 1;

    Crash(String message) {
      super(message);
    }
  }

  /** The effect may or may not have taken place. */
  public static final class AnswerLost extends IOException {
    private static final long serialVersionUID = 1;

    AnswerLost(String message) {
      super(message);
    }
  }

  /**
   * @param failingEffect which effect goes wrong, counted from 0; below 0 for none
   */
  public Faults(int failingEffect, Kind kind) {
    this.failingEffect = failingEffect;
    this.kind = kind;
  }

  /** Nothing goes wrong. */
  public static Faults none() {
    return new Faults(-1, Kind.CRASH_BEFORE);
  }

  /** Does the effect, or has it go wrong when its turn has come. */
  public <T> T effect(Callable<T> effect) throws Exception {
    if (fired.get() && kind != Kind.ANSWER_LOST) {
      // A dead process does nothing more, whatever its code would do to clean up.
      throw new Crash("dead since an effect before");
    }
    if (effects.getAndIncrement() != failingEffect) {
      return effect.call();
    }
    fired.set(true);
    if (kind == Kind.CRASH_BEFORE) {
      throw new Crash("before effect " + failingEffect);
    }
    T done = effect.call();
    if (kind == Kind.CRASH_AFTER) {
      throw new Crash("after effect " + failingEffect);
    }
    throw new AnswerLost("timed out (effect " + failingEffect + " took place)" + brief(done));
  }

  /** Whether the effect's turn has come. */
  public boolean fired() {
    return fired.get();
  }

  private static String brief(Object done) {
    return done == null ? "" : ", its answer lost";
  }

  @Override
  public String toString() {
    return kind + " at effect " + failingEffect;
  }
}

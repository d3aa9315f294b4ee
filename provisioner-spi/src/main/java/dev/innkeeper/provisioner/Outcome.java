package dev.innkeeper.provisioner;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** How an {@code ensure…} call went. */
public sealed interface Outcome {

  /** The world is as it was asked for. */
  record Ready() implements Outcome {}

  /**
   * It has begun and will take a while. The same call is made again later, and answers {@link
   * Ready} or {@link Failed} in the end.
   *
   * @param message what is going on, for the customer's page
   * @param checkAfter when to look again; at least a millisecond
   */
  record InProgress(String message, Duration checkAfter) implements Outcome {
    public InProgress {
      if (checkAfter.toMillis() < 1) {
        throw new IllegalArgumentException("checkAfter: must be at least 1 ms");
      }
    }
  }

  /**
   * It did not work, or nobody knows whether it did.
   *
   * @param message the provider's own words, as they may be shown to the customer: no secrets
   * @param cause what a further attempt is good for
   */
  record Failed(String message, Cause cause) implements Outcome {
    public Failed {
      if (message.isBlank()) {
        throw new IllegalArgumentException("message: a failure must say what failed");
      }
    }

    public boolean retryable() {
      return cause != Cause.PERMANENT;
    }
  }

  /** Why it failed, as far as it matters for what to do next. */
  enum Cause {
    /** The same request will fail again: somebody has to change it, or to make room. */
    PERMANENT,
    /** It may work next time. Attempts are counted, and end. */
    TRANSIENT,
    /**
     * The provider could not be reached or did not answer in time, and the request may have taken
     * effect. Tried again for as long as it lasts, since it says nothing about this resource.
     */
    UNREACHABLE
  }

  static Outcome ready() {
    return new Ready();
  }

  static Outcome inProgress(String message, Duration checkAfter) {
    return new InProgress(message, checkAfter);
  }

  static Outcome permanent(String message) {
    return new Failed(message, Cause.PERMANENT);
  }

  static Outcome transientFailure(String message) {
    return new Failed(message, Cause.TRANSIENT);
  }

  static Outcome unreachable(String message) {
    return new Failed(message, Cause.UNREACHABLE);
  }

  /** The permanent failure of a specification that {@link Provisioner#validate} refuses. */
  static Outcome invalid(List<SpecProblem> problems) {
    return permanent(
        problems.stream().map(SpecProblem::toString).collect(Collectors.joining("; ")));
  }
}

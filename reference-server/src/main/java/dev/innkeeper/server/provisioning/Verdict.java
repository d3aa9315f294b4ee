package dev.innkeeper.server.provisioning;

import dev.innkeeper.provisioner.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an attempt or a look means for a resource: its status, and when to do what is left.
 *
 * @param nextAttemptAt empty when nothing is left to do, or nothing helps but somebody's word
 */
record Verdict(
    ResourceStatus status,
    Optional<String> message,
    Map<String, String> facts,
    List<String> drift,
    int attempts,
    Optional<Instant> busySince,
    Optional<Instant> nextAttemptAt) {

  /** The same, with something to be done at an instant. */
  Verdict at(Instant next) {
    return new Verdict(status, message, facts, drift, attempts, busySince, Optional.of(next));
  }

  /** How failures are followed up. */
  record Policy(Backoff backoff, int attemptsMax, Duration progressMax, Duration unreachableMax) {}

  /**
   * What must not stay as it is, such as an unpaid thing that runs, is tried for ever, this often.
   */
  private static final Duration INSISTENT = Duration.ofHours(1);

  private static final Duration CHECK_AFTER_MIN = Duration.ofMillis(100);
  private static final Duration CHECK_AFTER_MAX = Duration.ofMinutes(5);

  /**
   * @param facts what was seen of it after the attempt
   */
  static Verdict of(
      ResourceStore.Stored row,
      Outcome outcome,
      Map<String, String> facts,
      Instant now,
      Policy policy) {
    Judging judging = new Judging(row, facts, now, policy);
    if (outcome instanceof Outcome.InProgress progress) {
      return judging.inProgress(progress);
    } else if (outcome instanceof Outcome.Failed failed) {
      return judging.failed(failed);
    }
    return judging.ready();
  }

  private record Judging(
      ResourceStore.Stored row, Map<String, String> facts, Instant now, Policy policy) {

    Verdict ready() {
      ResourceStatus status =
          switch (row.resource().desired()) {
            case RUNNING -> ResourceStatus.RUNNING;
            case SUSPENDED -> ResourceStatus.SUSPENDED;
            case ABSENT -> ResourceStatus.GONE;
          };
      return verdict(status, Optional.empty(), 0, Optional.empty(), Optional.empty());
    }

    Verdict inProgress(Outcome.InProgress progress) {
      if (Duration.between(since(), now).compareTo(policy.progressMax()) > 0) {
        return failed(
            new Outcome.Failed(
                "not done after "
                    + policy.progressMax().toMinutes()
                    + " min: "
                    + progress.message(),
                Outcome.Cause.TRANSIENT));
      }
      Duration wait = progress.checkAfter();
      wait = wait.compareTo(CHECK_AFTER_MIN) < 0 ? CHECK_AFTER_MIN : wait;
      wait = wait.compareTo(CHECK_AFTER_MAX) > 0 ? CHECK_AFTER_MAX : wait;
      return verdict(
          busy(),
          Optional.of(progress.message()),
          row.resource().attempts(),
          Optional.of(since()),
          Optional.of(now.plus(wait)));
    }

    Verdict failed(Outcome.Failed failed) {
      return switch (failed.cause()) {
        case UNREACHABLE -> unreachable(failed);
        case TRANSIENT -> transientFailure(failed);
        case PERMANENT -> givenUp(failed, row.resource().attempts() + 1);
      };
    }

    private Verdict transientFailure(Outcome.Failed failed) {
      int attempts = row.resource().attempts() + 1;
      if (attempts >= policy.attemptsMax()) {
        return givenUp(failed, attempts);
      }
      return verdict(
          busy(),
          Optional.of(failed.message()),
          attempts,
          Optional.of(since()),
          Optional.of(now.plus(policy.backoff().after(attempts))));
    }

    /**
     * Waits a quarter of the time it has lasted: often at first, then no more than once a minute.
     */
    private Verdict unreachable(Outcome.Failed failed) {
      Duration lasted = Duration.between(since(), now);
      Duration quarter = lasted.dividedBy(4);
      Duration wait =
          quarter.compareTo(policy.unreachableMax()) > 0 ? policy.unreachableMax() : quarter;
      Duration jittered = policy.backoff().after(1).plus(wait);
      return verdict(
          busy(),
          Optional.of(failed.message()),
          row.resource().attempts(),
          Optional.of(since()),
          Optional.of(now.plus(jittered)));
    }

    /** An unpaid thing that can't be stopped must not be forgotten; a paid one waits for a word. */
    private Verdict givenUp(Outcome.Failed failed, int attempts) {
      boolean insist = row.resource().desired() != DesiredState.RUNNING;
      return verdict(
          ResourceStatus.FAILED,
          Optional.of(failed.message()),
          attempts,
          Optional.of(since()),
          insist ? Optional.of(now.plus(INSISTENT)) : Optional.empty());
    }

    private Instant since() {
      return row.busySince().orElse(now);
    }

    private ResourceStatus busy() {
      return row.resource().desired() == DesiredState.ABSENT
          ? ResourceStatus.TERMINATING
          : ResourceStatus.IN_PROGRESS;
    }

    private Verdict verdict(
        ResourceStatus status,
        Optional<String> message,
        int attempts,
        Optional<Instant> busySince,
        Optional<Instant> nextAttemptAt) {
      return new Verdict(status, message, facts, List.of(), attempts, busySince, nextAttemptAt);
    }
  }
}

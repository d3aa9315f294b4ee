package dev.innkeeper.provisioner.capability;

import dev.innkeeper.provisioner.ResourceRef;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Relays commands into a running resource. */
public interface Commandable {

  /**
   * Runs a command inside the resource and waits for its end. Only commands on the administrator's
   * allow-list are run.
   */
  Result run(ResourceRef ref, Command command);

  /** The programs on the allow-list, for those who wonder what they may run. */
  Set<String> allowedPrograms();

  /**
   * A command.
   *
   * @param words the program and its arguments; no shell reads them
   * @param timeout after which it is ended, or given up where the world has no way to end it
   * @param outputBytesMax how much output is kept
   */
  record Command(List<String> words, Duration timeout, int outputBytesMax) {
    private static final int OUTPUT_BYTES_MAX = 1 << 20;
    private static final Duration TIMEOUT_MAX = Duration.ofMinutes(10);

    public Command {
      words = List.copyOf(words);
      if (words.isEmpty() || words.get(0).isBlank()) {
        throw new IllegalArgumentException("words: must name a program");
      }
      if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(TIMEOUT_MAX) > 0) {
        throw new IllegalArgumentException(
            "timeout: must be above zero and at most " + TIMEOUT_MAX);
      }
      if (outputBytesMax < 1 || outputBytesMax > OUTPUT_BYTES_MAX) {
        throw new IllegalArgumentException("outputBytesMax: must be from 1 to " + OUTPUT_BYTES_MAX);
      }
    }
  }

  /** How a command went. */
  sealed interface Result {

    /**
     * It ran to its end.
     *
     * @param output standard output and error as they came, cut at the limit
     * @param cut whether there was more output than was kept
     */
    record Ended(int exitCode, String output, boolean cut) implements Result {}

    /**
     * It was not run.
     *
     * @param reason why, for the customer, such as that it is not on the allow-list
     */
    record Refused(String reason) implements Result {}

    /**
     * It was begun, and did not end in time.
     *
     * @param output what came until then
     * @param ended whether it was ended then; otherwise it may run on
     */
    record TimedOut(String output, boolean ended) implements Result {}
  }
}

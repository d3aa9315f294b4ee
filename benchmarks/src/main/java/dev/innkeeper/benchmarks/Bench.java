package dev.innkeeper.benchmarks;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The benchmarks' command line: {@code Bench NAME [--quick]}. */
public final class Bench {
  private Bench() {}

  /** One benchmark. */
  interface Driver {
    /**
     * Measures and prints Markdown.
     *
     * @param pace how long to take
     */
    void run(Pace pace, PrintStream out) throws Exception;
  }

  /** How long a run may take. */
  enum Pace {
    /** About a minute. */
    QUICK,
    /** As long as sound medians need. */
    FULL
  }

  /** Runs the named benchmark, and prints its table as Markdown. */
  public static void main(String[] arguments) throws Exception {
    Map<String, Driver> drivers =
        new TreeMap<>(
            Map.of(
                "grace", new GraceBench(),
                "ledger", new LedgerBench(),
                "provisioning", new ProvisioningBench(),
                "rating", new RatingBench(),
                "run", new RunBench(),
                "settle", new SettleBench(),
                "usage", new UsageBench()));
    List<String> words = List.of(arguments);
    Driver driver = words.isEmpty() ? null : drivers.get(words.get(0));
    if (driver == null || !List.of("--quick").containsAll(words.subList(1, words.size()))) {
      System.err.println("usage: bench " + String.join("|", drivers.keySet()) + " [--quick]");
      System.exit(2);
      return;
    }
    driver.run(words.contains("--quick") ? Pace.QUICK : Pace.FULL, System.out);
  }
}

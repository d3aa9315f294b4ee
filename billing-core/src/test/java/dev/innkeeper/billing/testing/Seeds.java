package dev.innkeeper.billing.testing;

/**
 * Where random tests begin. Each build begins at the same place, so that it fails for what was
 * changed and not by luck; {@code -Dinnkeeper.seed=random} or a number begins elsewhere.
 */
public final class Seeds {
  private Seeds() {}

  /** A seed, which is printed. */
  public static long of(String what) {
    String wanted = System.getProperty("innkeeper.seed", "20270101");
    long seed = wanted.equals("random") ? System.nanoTime() : Long.parseLong(wanted);
    System.out.println("-Dinnkeeper.seed=" + seed + " for " + what);
    return seed;
  }
}

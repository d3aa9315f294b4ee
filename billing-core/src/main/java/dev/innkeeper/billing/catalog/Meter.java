package dev.innkeeper.billing.catalog;

/**
 * Something that is measured. Immutable.
 *
 * @param code stable, lower case, such as {@code traffic-gb}
 * @param unit for people, such as {@code GB}
 */
public record Meter(String code, String unit, Kind kind, Aggregation aggregation) {
  /** What a record's quantity means. */
  public enum Kind {
    /** So much was used between two instants. */
    COUNTER,
    /** So much was there all the time between two instants. */
    GAUGE
  }

  /** How the records of a billing period become one quantity. */
  public enum Aggregation {
    /** The sum; of a gauge, the sum of quantity × hours. */
    SUM,
    /** The largest quantity. */
    MAX,
    /** The quantity of the latest record. */
    LAST,
    /** How many different items were named. */
    UNIQUE
  }
}

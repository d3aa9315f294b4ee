package dev.innkeeper.provisioner.capability;

import dev.innkeeper.provisioner.ResourceRef;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;

/** Measures what a resource used. */
public interface Metered {

  /**
   * What was used in an interval, one reading for each meter at most. The caller keeps the first
   * answer for an interval and asks again only when it got none.
   *
   * @param from inclusive
   * @param to exclusive, not in the future
   */
  List<Reading> usage(ResourceRef ref, Instant from, Instant to);

  /**
   * A quantity that was used.
   *
   * @param meter the meter's name, such as {@code storage}
   * @param quantity not negative, not rounded
   * @param unit such as {@code MB·h}
   */
  record Reading(String meter, BigDecimal quantity, String unit) {
    public Reading {
      if (quantity.signum() < 0) {
        throw new IllegalArgumentException("quantity: must not be negative, was " + quantity);
      }
    }
  }
}

package dev.innkeeper.billing.time;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Time from an instant (included) to another (excluded); may be empty. Immutable.
 *
 * @param from the start, included
 * @param to the end, excluded; not before the start
 */
public record Interval(Instant from, Instant to) {
  public Interval {
    if (to.isBefore(from)) {
      throw new IllegalArgumentException("an interval ends before it starts: " + from + " " + to);
    }
  }

  @JsonIgnore
  public boolean isEmpty() {
    return from.equals(to);
  }

  public boolean contains(Instant instant) {
    return !instant.isBefore(from) && instant.isBefore(to);
  }

  public Duration duration() {
    return Duration.between(from, to);
  }

  /** What both share; empty when they share nothing or only an end. */
  public Optional<Interval> intersection(Interval other) {
    Instant start = from.isAfter(other.from) ? from : other.from;
    Instant end = to.isBefore(other.to) ? to : other.to;
    return start.isBefore(end) ? Optional.of(new Interval(start, end)) : Optional.empty();
  }
}

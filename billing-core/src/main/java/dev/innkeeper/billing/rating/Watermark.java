package dev.innkeeper.billing.rating;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * What of a subscription's time has been charged: everything before an instant, and in the billing
 * periods that are still open what each price component has covered, so that the next charge is the
 * difference. Immutable.
 *
 * @param billedUntil time in arrears is charged up to here; periods that ended by then are closed
 * @param open by component, of open periods only
 * @param once codes of the set-up components charged, ever
 */
public record Watermark(Instant billedUntil, Map<Slot, Covered> open, Set<String> once) {
  public Watermark {
    open = Map.copyOf(open);
    once = Set.copyOf(once);
  }

  /** Nothing charged yet of a subscription that starts at the instant. */
  public static Watermark atStart(Instant start) {
    return new Watermark(start, Map.of(), Set.of());
  }

  /**
   * A component within a billing period.
   *
   * @param period the period's index in the customer's calendar
   * @param free whether it is time of a trial
   */
  public record Slot(long period, UUID priceVersionId, String component, boolean free) {}

  /** What was charged, and for which time. */
  public record Covered(long minorUnits, List<Piece> pieces) {
    static final Covered NOTHING = new Covered(0, List.of());

    public Covered {
      pieces = List.copyOf(pieces);
    }
  }

  /** Time at one quantity, in seconds since 1970; {@code to} is excluded. */
  public record Piece(long from, long to, long quantity) {
    long seconds() {
      return to - from;
    }
  }

  /** Whether the instant says it all: no period is open, and nothing was set up. */
  public boolean isWhole() {
    return open.isEmpty() && once.isEmpty();
  }

  /**
   * As compact text: one line a component, {@code period price component free minor
   * from-to*quantity…}, and a first line of set-up codes. Empty when there is neither.
   */
  public String openText() {
    if (isWhole()) {
      return "";
    }
    StringBuilder text = new StringBuilder(String.join(" ", new TreeSet<>(once)));
    open.forEach(
        (key, covered) -> {
          text.append('\n')
              .append(key.period())
              .append(' ')
              .append(key.priceVersionId())
              .append(' ')
              .append(key.component())
              .append(key.free() ? " 1 " : " 0 ")
              .append(covered.minorUnits());
          for (Piece piece : covered.pieces()) {
            text.append(' ')
                .append(piece.from())
                .append('-')
                .append(piece.to())
                .append('*')
                .append(piece.quantity());
          }
        });
    return text.toString();
  }

  /**
   * Reads {@link #openText}.
   *
   * @throws IllegalStateException when the text is damaged
   */
  public static Watermark of(Instant billedUntil, String openText) {
    if (openText.isEmpty()) {
      return atStart(billedUntil);
    }
    try {
      String[] lines = openText.split("\n", -1);
      Set<String> once = lines[0].isEmpty() ? Set.of() : Set.of(lines[0].split(" ", -1));
      Map<Slot, Covered> open =
          java.util.Arrays.stream(lines, 1, lines.length)
              .map(line -> line.split(" ", -1))
              .collect(Collectors.toMap(Watermark::slot, Watermark::covered));
      return new Watermark(billedUntil, open, once);
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      throw new IllegalStateException("a watermark is damaged: " + openText, e);
    }
  }

  private static Slot slot(String[] words) {
    return new Slot(
        Long.parseLong(words[0]), UUID.fromString(words[1]), words[2], words[3].equals("1"));
  }

  private static Covered covered(String[] words) {
    List<Piece> pieces = new ArrayList<>();
    for (int i = 5; i < words.length; i++) {
      int dash = words[i].indexOf('-', 1);
      int star = words[i].indexOf('*');
      pieces.add(
          new Piece(
              Long.parseLong(words[i].substring(0, dash)),
              Long.parseLong(words[i].substring(dash + 1, star)),
              Long.parseLong(words[i].substring(star + 1))));
    }
    return new Covered(Long.parseLong(words[4]), pieces);
  }
}

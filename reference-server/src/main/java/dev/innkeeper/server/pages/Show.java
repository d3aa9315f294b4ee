package dev.innkeeper.server.pages;

import dev.innkeeper.billing.money.Amount;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** How pages write values. */
final class Show {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("d MMM uuuu", Locale.ENGLISH);
  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("d MMM uuuu, HH:mm", Locale.ENGLISH);

  private static final DateTimeFormatter SECOND =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ENGLISH);

  private Show() {}

  static String date(Instant instant, ZoneId zone) {
    return DATE.format(instant.atZone(zone));
  }

  /** The time of day to the second. */
  static String second(Instant instant, ZoneId zone) {
    return SECOND.format(instant.atZone(zone));
  }

  static String minute(Instant instant, ZoneId zone) {
    return MINUTE.format(instant.atZone(zone));
  }

  /** With the thousands apart by a thin gap: {@code 12 345.60 EUR}. */
  static String amount(Amount amount) {
    String plain = amount.toPlainString();
    int dot = plain.indexOf('.');
    String whole = dot < 0 ? plain : plain.substring(0, dot);
    String grouped = whole.replaceAll("(?<=\\d)(?=(\\d{3})+$)", "\u202f");
    return grouped.replace("-", "\u2212")
        + (dot < 0 ? "" : plain.substring(dot))
        + "\u00a0"
        + amount.currency();
  }

  /** A rate without zeros at its end. */
  static String rate(BigDecimal rate, Object currency) {
    BigDecimal stripped = rate.stripTrailingZeros();
    return (stripped.scale() < 2 ? stripped.setScale(2) : stripped).toPlainString()
        + "\u00a0"
        + currency;
  }

  /** Lower-case words with hyphens or underscores, for people: {@code at-period-end}. */
  static String words(String code) {
    String text = code.replace('-', ' ').replace('_', ' ').toLowerCase(Locale.ROOT);
    return text.isEmpty()
        ? text
        : text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }
}

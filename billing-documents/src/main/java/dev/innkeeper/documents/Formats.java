package dev.innkeeper.documents;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.time.Interval;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;

/**
 * Numbers, sums and dates as a language writes them. Exact: digits are never rounded away. What
 * separates digits comes from the words, not from the JDK, whose data change. Immutable.
 */
final class Formats {
  private static final char UNBROKEN = '\u00a0';

  private final Map<String, String> words;
  private final DateTimeFormatter date;
  private final DateTimeFormatter firstOfMonth;
  private final DateTimeFormatter shortDate;
  private final DateTimeFormatter dateTime;

  Formats(Map<String, String> words) {
    this.words = words;
    Locale locale = Words.locale(words);
    this.date = formatter("date", locale);
    this.firstOfMonth = formatter("date.firstOfMonth", locale);
    this.shortDate = formatter("date.short", locale);
    this.dateTime = formatter("date.time", locale);
  }

  private DateTimeFormatter formatter(String key, Locale locale) {
    return DateTimeFormatter.ofPattern(Words.require(words, key), locale);
  }

  /** A sum with its currency's code, such as {@code EUR 1,234.50}; no place to break a line in. */
  String money(Amount amount) {
    return filled("money", number(amount), amount.currency().code()).replace(' ', UNBROKEN);
  }

  /** A sum without its currency. */
  String number(Amount amount) {
    return number(amount.toDecimal());
  }

  /** At least the currency's decimals, and all that the price has. */
  String price(BigDecimal price, Currency currency) {
    BigDecimal stripped = price.stripTrailingZeros();
    return number(stripped.setScale(Math.max(currency.minorDigits(), stripped.scale())));
  }

  /** Without trailing zeros. */
  String quantity(BigDecimal quantity) {
    BigDecimal stripped = quantity.stripTrailingZeros();
    return number(stripped.scale() < 0 ? stripped.setScale(0) : stripped);
  }

  String percent(BigDecimal percent) {
    return filled("percent", quantity(percent), "").replace(' ', UNBROKEN);
  }

  private String number(BigDecimal value) {
    String plain = value.abs().toPlainString();
    int point = plain.indexOf('.');
    String whole = point < 0 ? plain : plain.substring(0, point);
    StringBuilder text = new StringBuilder(value.signum() < 0 ? "-" : "");
    for (int i = 0; i < whole.length(); i++) {
      if (i > 0 && (whole.length() - i) % 3 == 0) {
        text.append(Words.require(words, "number.group"));
      }
      text.append(whole.charAt(i));
    }
    if (point >= 0) {
      text.append(Words.require(words, "number.decimal")).append(plain, point + 1, plain.length());
    }
    return text.toString();
  }

  /** A day in full, such as {@code 21 November 2026}; no place to break a line in. */
  String date(LocalDate day) {
    return (day.getDayOfMonth() == 1 ? firstOfMonth : date).format(day).replace(' ', UNBROKEN);
  }

  private String shortDate(LocalDate day) {
    return shortDate.format(day);
  }

  /**
   * An interval by its days when it begins and ends at midnight, the last day included; with hours
   * and minutes otherwise. An empty one is its day.
   */
  String interval(Interval interval, ZoneId zone) {
    ZonedDateTime from = interval.from().atZone(zone);
    ZonedDateTime to = interval.to().atZone(zone);
    if (interval.isEmpty()) {
      return shortDate(from.toLocalDate());
    }
    if (!isMidnight(from) || !isMidnight(to)) {
      return filled("range", dateTime.format(from), dateTime.format(to));
    }
    LocalDate lastDay = to.toLocalDate().minusDays(1);
    return from.toLocalDate().equals(lastDay)
        ? shortDate(lastDay)
        : filled("range", shortDate(from.toLocalDate()), shortDate(lastDay));
  }

  private static boolean isMidnight(ZonedDateTime time) {
    return time.toLocalTime().equals(LocalTime.MIDNIGHT);
  }

  /** The day that an end belongs to, which itself is no longer in it. */
  static LocalDate lastDay(Instant end, ZoneId zone) {
    return end.minusNanos(1).atZone(zone).toLocalDate();
  }

  private String filled(String key, String first, String second) {
    return Words.require(words, key).replace("{0}", first).replace("{1}", second);
  }
}

package dev.innkeeper.billing.catalog;

import com.fasterxml.jackson.annotation.JsonIgnore;

/**
 * What a price means by a month.
 *
 * @param hours a month of this many hours, whose price a billing period never exceeds; 0 for the
 *     calendar month, that is, the customer's billing period whatever its length
 */
public record MonthLength(int hours) {
  public static final MonthLength CALENDAR = new MonthLength(0);

  @JsonIgnore
  public boolean isCalendar() {
    return hours == 0;
  }
}

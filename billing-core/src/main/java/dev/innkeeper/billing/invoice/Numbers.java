package dev.innkeeper.billing.invoice;

import java.time.Instant;
import org.jdbi.v3.core.Handle;

/** Takes gapless numbers. Thread-safe. */
final class Numbers {
  private final InvoiceSettings settings;

  Numbers(InvoiceSettings settings) {
    this.settings = settings;
  }

  /**
   * Numbers taken by the current transaction; they go back when it rolls back.
   *
   * @param first the first of the block
   */
  record Block(NumberFormat.OfYear format, int year, long first) {
    String number(int index) {
      return format.format(first + index);
    }
  }

  /**
   * Takes a block of numbers of the year of issue. Locks the series until the transaction's end, so
   * it comes as late as possible, invoices before credit notes.
   */
  Block take(Handle handle, Series series, Instant issuedAt, int count) {
    int year = issuedAt.atZone(settings.seller().zone()).getYear();
    long last =
        handle
            .createQuery(
                "insert into @.invoice_series as s (seller_code, series, year, last_number)"
                    + " values (:seller, :series, :year, :count)"
                    + " on conflict (seller_code, series, year)"
                    + " do update set last_number = s.last_number + excluded.last_number"
                    + " returning last_number")
            .bind("seller", settings.seller().code())
            .bind("series", series.name())
            .bind("year", year)
            .bind("count", (long) count)
            .mapTo(Long.class)
            .one();
    return new Block(settings.numbers(series).of(year), year, last - count + 1);
  }
}

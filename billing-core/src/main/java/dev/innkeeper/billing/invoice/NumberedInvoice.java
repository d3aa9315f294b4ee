package dev.innkeeper.billing.invoice;

import java.util.ArrayList;
import java.util.List;

/**
 * An invoice with its number, about to be written.
 *
 * @param year of the series
 * @param seriesNumber the number within its series and year
 * @param hash over its content, in hexadecimal digits; see {@link ContentHash}
 */
record NumberedInvoice(
    ReadyInvoice ready, int year, long seriesNumber, String number, String hash) {

  /** Gives the numbers of a block to invoices, in their order. */
  static List<NumberedInvoice> all(List<ReadyInvoice> invoices, Numbers.Block numbers) {
    ContentHash content = new ContentHash();
    List<NumberedInvoice> numbered = new ArrayList<>(invoices.size());
    for (int i = 0; i < invoices.size(); i++) {
      ReadyInvoice ready = invoices.get(i);
      String number = numbers.number(i);
      String hash = ContentHash.hex(content.of(ready.rest(), number));
      numbered.add(new NumberedInvoice(ready, numbers.year(), numbers.first() + i, number, hash));
    }
    return numbered;
  }

  PreparedInvoice invoice() {
    return ready.invoice();
  }
}

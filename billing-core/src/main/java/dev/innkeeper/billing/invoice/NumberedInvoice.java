package dev.innkeeper.billing.invoice;

import java.util.ArrayList;
import java.util.List;

/**
 * An invoice with its number, about to be written.
 *
 * @param seriesNumber the number within its series and year
 * @param hash over its content, in hexadecimal digits; see {@link ContentHash}
 */
record NumberedInvoice(PreparedInvoice invoice, long seriesNumber, String number, String hash) {

  /** Gives the numbers of a block to invoices, in their order. */
  static List<NumberedInvoice> all(
      List<PreparedInvoice> invoices, Numbers.Block numbers, Seller seller) {
    ContentHash content = new ContentHash();
    List<NumberedInvoice> numbered = new ArrayList<>(invoices.size());
    for (int i = 0; i < invoices.size(); i++) {
      PreparedInvoice invoice = invoices.get(i);
      String number = numbers.number(i);
      numbered.add(
          new NumberedInvoice(
              invoice,
              numbers.first() + i,
              number,
              ContentHash.hex(content.of(invoice.issued(seller, number)))));
    }
    return numbered;
  }
}

package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.customer.Address;
import dev.innkeeper.billing.invoice.tax.TaxGroup;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.time.Interval;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A SHA-256 over all that never changes of an issued invoice: everything but its status and the
 * sums that say what became of its total. It stands beside the invoice and in the ledger's
 * transfer, which seals cover, so that whoever alters an invoice would have to forge the chain of
 * seals too. Not thread-safe; made for one invoice after the other.
 */
final class ContentHash {
  private static final int SIZE_FIRST = 4_096;

  /** Goes first, so that another layout can't be taken for this one. */
  private static final byte LAYOUT = 2;

  private final MessageDigest digest;
  private ByteBuffer buffer = ByteBuffer.allocate(SIZE_FIRST);

  ContentHash() {
    try {
      this.digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** The hash of an issued invoice. */
  byte[] of(Invoice invoice) {
    return of(rest(invoice), invoice.number());
  }

  /** The hash of an issued invoice whose {@link #rest} is known. */
  byte[] of(String rest, @Nullable String number) {
    buffer.clear();
    room(1).put(LAYOUT);
    text(number);
    text(rest);
    digest.update(buffer.array(), 0, buffer.position());
    return digest.digest();
  }

  /** A hash of all but the number, which can be told before others wait for the next one. */
  String rest(Invoice invoice) {
    buffer.clear();
    head(invoice);
    seller(invoice.seller());
    party(invoice.buyer());
    number(invoice.taxGroups().size());
    for (TaxGroup group : invoice.taxGroups()) {
      text(group.treatment().category().name());
      decimal(group.treatment().percent());
      text(group.treatment().jurisdiction());
      text(group.treatment().reason());
      number(group.netMinor());
      number(group.taxMinor());
    }
    number(invoice.lines().size());
    for (InvoiceLine line : invoice.lines()) {
      line(line);
    }
    digest.update(buffer.array(), 0, buffer.position());
    return hex(digest.digest());
  }

  static String hex(byte[] hash) {
    return HexFormat.of().formatHex(hash);
  }

  private void head(Invoice invoice) {
    id(invoice.id());
    id(invoice.customerId());
    text(invoice.kind().name());
    text(invoice.currency().code());
    interval(invoice.period());
    instant(invoice.issuedAt());
    instant(invoice.dueAt());
    amount(invoice.net());
    amount(invoice.tax());
    amount(invoice.total());
    id(invoice.corrects());
    text(invoice.note());
  }

  private void seller(Seller seller) {
    text(seller.code());
    text(seller.name());
    address(seller.address());
    text(seller.vatId());
    text(seller.registration());
    text(seller.iban());
  }

  private void party(Party party) {
    text(party.name());
    text(party.company());
    address(party.address());
    text(party.vatId());
    text(party.email());
    text(party.language());
  }

  private void address(Address address) {
    text(address.street());
    text(address.postalCode());
    text(address.city());
    text(address.country());
  }

  private void line(InvoiceLine line) {
    number(line.position());
    id(line.subscriptionId());
    text(line.productCode());
    text(line.component());
    text(line.description());
    interval(line.interval());
    decimal(line.quantity());
    text(line.unit());
    decimal(line.unitPrice());
    amount(line.amount());
    amount(line.net());
    text(line.tax().category().name());
    decimal(line.tax().percent());
    text(line.tax().jurisdiction());
    text(line.explanation());
  }

  private void interval(@Nullable Interval interval) {
    instant(interval == null ? null : interval.from());
    instant(interval == null ? null : interval.to());
  }

  /** To the microsecond, which is what the database keeps. */
  private void instant(@Nullable Instant instant) {
    number(
        instant == null
            ? Long.MIN_VALUE
            : TimeUnit.SECONDS.toMicros(instant.getEpochSecond())
                + TimeUnit.NANOSECONDS.toMicros(instant.getNano()));
  }

  private void amount(Amount amount) {
    number(amount.minorUnits());
  }

  private void decimal(@Nullable BigDecimal decimal) {
    text(decimal == null ? null : decimal.toPlainString());
  }

  private void id(@Nullable UUID id) {
    number(id == null ? 0 : id.getMostSignificantBits());
    number(id == null ? 0 : id.getLeastSignificantBits());
  }

  /** With its length before it, so that no two lists of texts look the same. */
  private void text(@Nullable String text) {
    if (text == null) {
      room(Integer.BYTES).putInt(-1);
      return;
    }
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    room(Integer.BYTES + utf8.length).putInt(utf8.length).put(utf8);
  }

  private void number(long value) {
    room(Long.BYTES).putLong(value);
  }

  private ByteBuffer room(int size) {
    if (buffer.remaining() < size) {
      ByteBuffer larger = ByteBuffer.allocate(2 * (buffer.capacity() + size));
      larger.put(buffer.flip());
      buffer = larger;
    }
    return buffer;
  }
}

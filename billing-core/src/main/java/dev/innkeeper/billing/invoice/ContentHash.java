package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.bytes.ByteWriter;
import dev.innkeeper.billing.customer.Address;
import dev.innkeeper.billing.invoice.tax.TaxGroup;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.time.Interval;
import java.math.BigDecimal;
import java.math.BigInteger;
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
  private static final byte LAYOUT = 3;

  /** Stands where the length of a text or number would. */
  private static final int ABSENT = -1;

  private final MessageDigest digest;
  private final ByteWriter out = new ByteWriter(SIZE_FIRST);

  /** The seller of the invoice before, who is nearly always this one's too. */
  private @Nullable Seller known;

  private byte[] knownHash = {};

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
    out.clear();
    out.int1(LAYOUT);
    text(number);
    text(rest);
    return out.digest(digest);
  }

  /** A hash of all but the number, which can be told before others wait for the next one. */
  String rest(Invoice invoice) {
    byte[] seller = hash(invoice.seller());
    out.clear();
    head(invoice);
    out.bytes(seller);
    party(invoice.buyer());
    out.int8(invoice.taxGroups().size());
    for (TaxGroup group : invoice.taxGroups()) {
      text(group.treatment().category().name());
      decimal(group.treatment().percent());
      text(group.treatment().jurisdiction());
      text(group.treatment().reason());
      out.int8(group.netMinor()).int8(group.taxMinor());
    }
    out.int8(invoice.lines().size());
    for (InvoiceLine line : invoice.lines()) {
      line(line);
    }
    return hex(out.digest(digest));
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

  private byte[] hash(Seller seller) {
    if (!seller.equals(known)) {
      out.clear();
      text(seller.code());
      text(seller.name());
      address(seller.address());
      text(seller.vatId());
      text(seller.registration());
      text(seller.iban());
      knownHash = out.digest(digest);
      known = seller;
    }
    return knownHash;
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
    out.int8(line.position());
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
    out.int8(
        instant == null
            ? Long.MIN_VALUE
            : TimeUnit.SECONDS.toMicros(instant.getEpochSecond())
                + TimeUnit.NANOSECONDS.toMicros(instant.getNano()));
  }

  private void amount(Amount amount) {
    out.int8(amount.minorUnits());
  }

  /** By its digits and its scale, which the database keeps unless it is negative. */
  private void decimal(@Nullable BigDecimal decimal) {
    if (decimal == null) {
      out.int4(ABSENT);
      return;
    }
    BigDecimal kept = decimal.scale() < 0 ? decimal.setScale(0) : decimal;
    BigInteger digits = kept.unscaledValue();
    if (digits.bitLength() < Long.SIZE) {
      out.int4(Long.BYTES).int8(digits.longValue());
    } else {
      byte[] more = digits.toByteArray();
      out.int4(more.length).bytes(more);
    }
    out.int4(kept.scale());
  }

  private void id(@Nullable UUID id) {
    out.int8(id == null ? 0 : id.getMostSignificantBits());
    out.int8(id == null ? 0 : id.getLeastSignificantBits());
  }

  /** With its length before it, so that no two lists of texts look the same. */
  private void text(@Nullable String text) {
    if (text == null) {
      out.int4(ABSENT);
    } else {
      out.text(text);
    }
  }
}

package dev.innkeeper.billing.invoice;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Holds issued invoices against the hashes that were made at issue. */
final class ContentCheck {
  private static final int PAGE = 500;
  private static final String AFTER =
      "where (i.customer_id, i.id) > (:customer, :id) and i.number is not null"
          + " order by i.customer_id, i.id limit "
          + PAGE;

  private final InvoiceReader reader;
  private final ContentHash content = new ContentHash();

  /**
   * A hash as stored.
   *
   * @param inLedger whether the invoice's transfer has it; also when it has no transfer
   */
  private record Stored(@Nullable String hash, boolean inLedger) {}

  ContentCheck(InvoiceReader reader) {
    this.reader = reader;
  }

  List<String> findings(Handle handle, int limit) {
    List<String> findings = new ArrayList<>();
    UUID customer = new UUID(0, 0);
    UUID id = new UUID(0, 0);
    while (findings.size() < limit) {
      Map<String, Object> position = Map.of("customer", customer, "id", id);
      List<Invoice> page = reader.read(handle, AFTER, position);
      if (page.isEmpty()) {
        return findings;
      }
      Map<UUID, Stored> stored = stored(handle, position);
      for (Invoice invoice : page) {
        String wrong = wrong(invoice, stored.get(invoice.id()));
        if (wrong != null && findings.size() < limit) {
          findings.add("invoice " + invoice.number() + " " + wrong);
        }
      }
      customer = page.get(page.size() - 1).customerId();
      id = page.get(page.size() - 1).id();
    }
    return findings;
  }

  private @Nullable String wrong(Invoice invoice, @Nullable Stored stored) {
    if (stored == null || stored.hash() == null) {
      return "has no hash of its content";
    }
    if (!ContentHash.hex(content.of(invoice)).equals(stored.hash())) {
      return "is not what it was when it was issued";
    }
    return stored.inLedger() ? null : "has another hash than its transfer in the ledger";
  }

  private static Map<UUID, Stored> stored(Handle handle, Map<String, Object> position) {
    Map<UUID, Stored> stored = new HashMap<>();
    handle
        .createQuery(
            "select i.id, encode(i.content_hash, 'hex'), t.id is null"
                + " or position(encode(i.content_hash, 'hex') in coalesce(t.metadata, '')) > 0"
                + " from @.invoice i left join @.ledger_transfer t on t.id = i.id "
                + AFTER)
        .bindMap(position)
        .map(
            (row, context) ->
                stored.put(
                    row.getObject(1, UUID.class), new Stored(row.getString(2), row.getBoolean(3))))
        .list();
    return stored;
  }
}

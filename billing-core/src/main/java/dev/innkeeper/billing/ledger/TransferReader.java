package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.money.Currency;
import java.util.List;
import java.util.UUID;

/** Reads booked transfers. Thread-safe. */
final class TransferReader {
  private final Database db;

  TransferReader(Database db) {
    this.db = db;
  }

  /** What a posted transfer booked, in the order of its lines; empty when it was not posted. */
  List<Posting> postings(UUID id) {
    return db.tx(
        handle ->
            handle
                .createQuery(
                    "select a.owner, a.code, a.currency, e.amount from @.ledger_transfer t"
                        + " join @.ledger_entry e on e.transfer_id = t.id"
                        + "  and e.recorded_at = t.recorded_at"
                        + " join @.ledger_account a on a.owner = e.owner and a.account = e.account"
                        + " where t.id = :id order by e.line")
                .bind("id", id)
                .map(
                    (row, context) -> {
                      long amount = row.getLong("amount");
                      return new Posting(
                          new AccountId(
                              row.getObject("owner", UUID.class),
                              row.getString("code"),
                              Currency.of(row.getString("currency"))),
                          amount > 0 ? Side.DEBIT : Side.CREDIT,
                          Math.abs(amount));
                    })
                .list());
  }
}

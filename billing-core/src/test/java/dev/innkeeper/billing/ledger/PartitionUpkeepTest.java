package dev.innkeeper.billing.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.testing.MutableClock;
import dev.innkeeper.billing.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PartitionUpkeepTest {
  private final MutableClock clock = MutableClock.at("2027-01-31T23:59:59Z");
  private final Database db = TestDatabase.create();
  private final Ids ids = new Ids(clock, new Random(7));
  private final Ledger ledger = new Ledger(db, clock);
  private final AccountId cash = Accounts.cash(ids.next(), Currency.EUR);

  private void topUp() {
    Amount amount = Amount.ofMinor(1, Currency.EUR);
    ledger.require(
        Transfer.builder(ids.next(), "top-up")
            .debit(Accounts.gateway("sandbox", Currency.EUR), amount)
            .credit(cash, amount)
            .build());
  }

  private List<String> partitionsInUse() {
    return db.tx(
        handle ->
            handle
                .createQuery(
                    "select c.relname || ' ' || count(*) from @.ledger_entry e"
                        + " join pg_class c on c.oid = e.tableoid group by c.relname order by 1")
                .mapTo(String.class)
                .list());
  }

  @Test
  void everyMonthGetsATableOfItsOwnWhateverWasBookedBefore() {
    for (int month = 0; month < 4; month++) {
      topUp();
      clock.advance(Duration.ofDays(31));
    }
    assertThat(partitionsInUse()).containsExactly("ledger_entry_rest 8");
    HistoryPage before = ledger.history(cash, null, 100);

    PartitionUpkeep upkeep = new PartitionUpkeep(db);
    clock.set(java.time.Instant.parse("2027-02-01T00:00:00Z"));
    assertThat(upkeep.runBatch(clock.instant())).isEqualTo(3);
    assertThat(upkeep.runBatch(clock.instant())).isZero();
    assertThat(partitionsInUse())
        .containsExactly("ledger_entry_202703 2", "ledger_entry_202704 2", "ledger_entry_rest 4");
    assertThat(ledger.history(cash, null, 100)).isEqualTo(before);
    topUp();
    assertThat(ledger.balance(cash)).isEqualTo(Amount.ofMinor(5, Currency.EUR));
    ledger.dueWork().forEach(work -> work.runBatch(clock.instant()));
    assertThat(ledger.audit().verify(1).findings()).isEmpty();
    ledger.close();
  }
}

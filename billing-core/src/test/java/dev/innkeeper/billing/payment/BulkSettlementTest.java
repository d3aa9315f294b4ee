package dev.innkeeper.billing.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.work.DueWork;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many at once: wallets that pay, and customers in grace of whom few are due. */
class BulkSettlementTest {

  private final PaymentFixture f = new PaymentFixture();

  @Test
  void walletsPayManyInvoicesInFewTransactions() {
    settle(1_200);
  }

  @Test
  @Tag("long")
  void walletsPayTwentyThousandInvoices() {
    settle(2_000); // warms up
    settle(20_000);
  }

  private void settle(int count) {
    List<UUID> customers = f.customers(count);
    f.fillWallets(customers, 1_000);
    f.openInvoices(customers, 700);
    DueWork settlement = f.engine.settlement().dueWork();
    int batches = 0;
    long start = System.nanoTime();
    while (settlement.runBatch(f.clock.instant()) > 0) {
      batches++;
    }
    long millis = Math.max(1, Duration.ofNanos(System.nanoTime() - start).toMillis());
    System.out.printf(
        "%d invoices settled from wallets in %d ms: %d a second%n",
        count, millis, count * 1_000L / millis);
    assertThat(batches).isLessThanOrEqualTo(count / 500 + 1);
    assertThat(count("select count(*) from @.invoice where status = 'OPEN'")).isZero();
    for (UUID customer : customers.subList(0, 5)) {
      assertThat(f.wallet(customer)).isEqualTo("3.00 0.00 0.00");
    }
    assertThat(f.engine.ledger().trialBalance().isBalanced()).isTrue();
  }

  @Test
  void whoIsInGraceAndNotDueCostsNothing() {
    grace(20_000, 20);
  }

  @Test
  @Tag("long")
  void aMillionInGraceCostATickNothing() {
    grace(1_000_000, 1_000);
  }

  /** So many in grace for whom nothing is due, and a few for whom a reminder is. */
  private void grace(int idle, int dueCount) {
    List<UUID> due = f.customers(dueCount);
    f.openInvoices(due, 700);
    f.clock.advance(Duration.ofDays(14));
    f.engine.settlement().settleAll(due);
    f.db.run(
        handle ->
            handle
                .createUpdate(
                    "insert into @.grace (customer_id, state, policy_id, started_at, next_step,"
                        + " base_at, next_at) select gen_random_uuid(), 'RUNNING',"
                        + " gen_random_uuid(), :now, 1, :now, :later from generate_series(1, :n)")
                .bind("now", f.clock.instant().atOffset(ZoneOffset.UTC))
                .bind("later", f.clock.instant().plus(Duration.ofDays(7)).atOffset(ZoneOffset.UTC))
                .bind("n", idle)
                .execute());
    f.db.run(handle -> handle.execute("analyze @.grace"));
    long start = System.nanoTime();
    int done = 0;
    int batch;
    do {
      batch = f.engine.dunning().runBatch(f.clock.instant());
      done += batch;
    } while (batch > 0);
    long millis = Duration.ofNanos(System.nanoTime() - start).toMillis();
    long idleStart = System.nanoTime();
    assertThat(f.engine.dunning().runBatch(f.clock.instant())).isZero();
    long idleMicros = Duration.ofNanos(System.nanoTime() - idleStart).toNanos() / 1_000;
    System.out.printf(
        "%d reminders among %d in grace in %d ms; a tick with nothing due takes %d µs%n",
        dueCount, idle, millis, idleMicros);
    assertThat(done).isEqualTo(dueCount);
    assertThat(count("select count(*) from @.event where type = 'grace.reminder'"))
        .isEqualTo(dueCount);
    List<String> plan =
        f.db.tx(
            handle ->
                handle
                    .createQuery(
                        "explain select customer_id from @.grace where next_at <= now()"
                            + " order by next_at, customer_id limit 50")
                    .mapTo(String.class)
                    .list());
    assertThat(plan.toString()).contains("grace_due");
  }

  private long count(String sql) {
    return f.db.tx(handle -> handle.createQuery(sql).mapTo(Long.class).one());
  }
}

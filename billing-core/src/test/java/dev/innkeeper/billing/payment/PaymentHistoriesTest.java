package dev.innkeeper.billing.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.audit.AuditReport;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.invoice.NewInvoice;
import dev.innkeeper.billing.invoice.PaymentSource;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.sandbox.SandboxFault;
import dev.innkeeper.billing.payment.sandbox.SandboxWebhook;
import dev.innkeeper.billing.payment.spi.ProviderNotice.DisputeState;
import dev.innkeeper.billing.problem.BillingException;
import dev.innkeeper.billing.promotion.NewVoucherBatch;
import dev.innkeeper.billing.time.Interval;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;

/**
 * Random histories of money: top-ups, vouchers, cards that decline, lost answers, refunds, payouts,
 * disputes, voided invoices, several payers at once. After every step the books are audited; in the
 * end, when everything had time to be told, provider and books agree to the cent.
 */
class PaymentHistoriesTest {
  private static final String[] CARDS = {
    PaymentFixture.GOOD,
    PaymentFixture.ALSO_GOOD,
    PaymentFixture.FAILS_WHEN_CHARGED,
    PaymentFixture.ASKS,
    "378282246310005"
  };

  private static final List<SandboxFault> FAULTS = List.of(SandboxFault.values());

  /** More than there are faults in a history. */
  private static final int ROUNDS_MAX = 100;

  @Property(tries = 5, seed = "20270101", shrinking = ShrinkingMode.OFF)
  void everyHistoryKeepsTheBooksRight(@ForAll long seed) throws Exception {
    play(seed, 30);
  }

  /** A dispute told by the last webhook makes this one charge again, and the answer is late. */
  @Property(tries = 1, shrinking = ShrinkingMode.OFF)
  void aHistoryThatEndsInAFaultSettlesInTime() throws Exception {
    play(-22136, 30);
  }

  /** A dispute is won about money that was paid out: it is the house's, not the customer's. */
  @Property(tries = 1, shrinking = ShrinkingMode.OFF)
  void aDisputeThatIsWonPaysNobodyTwice() throws Exception {
    play(9, 30);
  }

  @Tag("long")
  @Property(tries = 300, shrinking = ShrinkingMode.OFF)
  void everyLongHistoryKeepsTheBooksRight(@ForAll long seed) throws Exception {
    play(seed, 100);
  }

  private static void play(long seed, int steps) throws Exception {
    History history = new History(seed);
    try {
      history.run(steps);
    } finally {
      history.f.close();
    }
  }

  private static final class History {
    private final Random random;
    private final PaymentFixture f = new PaymentFixture();
    private final List<UUID> customers = new ArrayList<>();
    private final List<SandboxWebhook> late = new ArrayList<>();
    private int keys;

    History(long seed) {
      this.random = new Random(seed);
      for (int i = 0; i < 2; i++) {
        customers.add(
            f.engine
                .customers()
                .register(NewCustomer.named("C" + i, "c@example.org", Currency.EUR), "c" + i)
                .id());
      }
    }

    void run(int steps) throws Exception {
      for (int i = 0; i < steps; i++) {
        if (random.nextInt(6) == 0) {
          together(List.of(action(14), action(14), action(14)));
        } else {
          together(List.of(action(15)));
        }
        check();
      }
      // Whatever was lost is looked up, whatever waits for a customer is called off. Each look and
      // each charge that follows may meet one of the faults that are left, and wait once more.
      for (int round = 0; round < 4 || !hasEnded(); round++) {
        assertThat(round).as("rounds until everything has ended").isLessThan(ROUNDS_MAX);
        allWebhooks(round);
        f.clock.advance(Duration.ofHours(13));
        f.runDue();
        allWebhooks(round);
      }
      check();
      agree();
    }

    private boolean hasEnded() {
      return customers.stream()
          .flatMap(customer -> f.engine.payments().list(customer, null, 200).stream())
          .allMatch(payment -> payment.state().isFinal());
    }

    /** Refusals are outcomes like others; faults are not. */
    private void together(List<Callable<Object>> actions) throws Exception {
      ExecutorService threads = Executors.newFixedThreadPool(actions.size());
      try {
        for (Future<Object> future : threads.invokeAll(actions)) {
          try {
            future.get();
          } catch (java.util.concurrent.ExecutionException e) {
            if (!(e.getCause() instanceof BillingException)) {
              throw e;
            }
          }
        }
      } finally {
        threads.shutdownNow();
      }
    }

    /** One of the first so many kinds; the last one lets time pass, which is for one alone. */
    private Callable<Object> action(int kinds) {
      UUID customer = customers.get(random.nextInt(customers.size()));
      String key = "k" + ++keys;
      Amount amount = Amount.ofMinor(1 + random.nextInt(6_000), Currency.EUR);
      int choice = random.nextInt(kinds);
      int pick = random.nextInt(1_000);
      return () -> {
        switch (choice) {
          case 0 -> topUp(customer, amount, pick, key);
          case 1 -> redeem(customer, amount, key);
          case 2 ->
              f.engine.paymentMethods().add(customer, "sandbox", CARDS[pick % CARDS.length], null);
          case 3, 4, 5 -> issue(customer, amount, key);
          case 6 -> f.engine.settlement().settle(customer);
          case 7 -> pay(customer, pick, key);
          case 8, 9 -> f.script(FAULTS.get(pick % FAULTS.size()));
          case 10 -> refund(customer, amount, pick, key);
          case 11 -> dispute(customer, pick);
          case 12 -> webhooks(pick, 2);
          case 13 -> closeInvoice(customer, pick, key);
          default -> {
            allWebhooks(pick);
            f.clock.advance(Duration.ofMinutes(pick * 2L));
            f.runDue();
          }
        }
        return true;
      };
    }

    /** Every other time, what is in the wallet then goes out another way. */
    private void topUp(UUID customer, Amount amount, int pick, String key) {
      f.engine.topUps().topUp(customer, amount, null, key);
      if (pick % 2 == 0) {
        Amount cash = f.engine.wallets().of(customer).cash();
        f.engine.payouts().request(customer, cash, "test", "boss", key);
      }
    }

    private void redeem(UUID customer, Amount amount, String key) {
      UUID batch =
          f.engine
              .vouchers()
              .issue(NewVoucherBatch.of("v", amount, 1).withCreditDays(2), "t", key)
              .id();
      String code = f.engine.vouchers().codes(batch, null, 1).get(0).code();
      f.engine.vouchers().redeem(customer, code, key);
    }

    private void issue(UUID customer, Amount amount, String key) {
      f.engine
          .invoices()
          .custom(
              new NewInvoice(
                  customer,
                  Currency.EUR,
                  List.of(NewInvoice.Line.of("thing", amount.toDecimal())),
                  null,
                  null),
              key);
    }

    private void pay(UUID customer, int pick, String key) {
      List<Invoice> open = f.engine.invoices().open(customer);
      if (!open.isEmpty()) {
        Set<PaymentSource> sources =
            pick % 2 == 0 ? PaymentMix.ALL.sources() : Set.of(PaymentSource.CARD);
        f.engine
            .settlement()
            .pay(customer, open.get(pick % open.size()).id(), new PaymentMix(sources, null), key);
      }
    }

    private void refund(UUID customer, Amount amount, int pick, String key) {
      List<Payment> payments = succeeded(customer);
      if (!payments.isEmpty()) {
        Payment payment = payments.get(pick % payments.size());
        Amount part = amount.min(payment.amount());
        if (pick % 3 == 0) {
          f.sandbox().refundOutside(payment.reference(), part);
        } else {
          f.engine.refunds().refund(customer, payment.id(), part, "test", key);
        }
      }
    }

    private void dispute(UUID customer, int pick) {
      for (Payment payment : succeeded(customer)) {
        if (payment.refunded().isZero() && payment.disputed().isZero()) {
          f.sandbox().dispute(payment.reference(), DisputeState.OPENED);
          if (pick % 3 > 0) {
            f.sandbox()
                .dispute(payment.reference(), pick % 3 == 1 ? DisputeState.WON : DisputeState.LOST);
          }
          return;
        }
      }
    }

    private List<Payment> succeeded(UUID customer) {
      return f.engine.payments().list(customer, null, 100).stream()
          .filter(p -> p.state() == PaymentState.SUCCEEDED)
          .toList();
    }

    /**
     * Those too that come of those before: a dispute makes for a new charge. What is signed now
     * would be too old when time has passed.
     */
    private synchronized void allWebhooks(int pick) {
      do {
        webhooks(pick, 1);
        late.addAll(f.sandbox().takeWebhooks());
      } while (!late.isEmpty());
    }

    /** Out of order, twice, and all but one part in so many kept for later. */
    private synchronized void webhooks(int pick, int part) {
      late.addAll(f.sandbox().takeWebhooks());
      Collections.shuffle(late, new Random(pick));
      List<SandboxWebhook> now = new ArrayList<>(late.subList(0, late.size() / part));
      late.subList(0, late.size() / part).clear();
      for (SandboxWebhook webhook : now) {
        f.engine.payments().receiveWebhook("sandbox", webhook.headers(), webhook.body());
        f.engine.payments().receiveWebhook("sandbox", webhook.headers(), webhook.body());
      }
    }

    private void closeInvoice(UUID customer, int pick, String key) {
      List<Invoice> open = f.engine.invoices().open(customer);
      if (!open.isEmpty()) {
        UUID id = open.get(pick % open.size()).id();
        if (pick % 2 == 0) {
          f.engine.invoices().voidInvoice(customer, id, "test " + key);
        } else {
          f.engine.invoices().markUncollectible(customer, id, "test " + key);
        }
      }
    }

    private void check() {
      AuditReport report = f.engine.audit().run();
      assertThat(report.clean()).as(report.toString()).isTrue();
      long writtenOff = 0;
      for (UUID customer : customers) {
        Wallet wallet = f.engine.wallets().of(customer);
        assertThat(wallet.cash().isNegative()).isFalse();
        assertThat(wallet.voucher().isNegative()).isFalse();
        vouchersStayVouchers(customer, wallet);
        writtenOff += writtenOff(customer, wallet);
        writtenOff +=
            sum("select sum(written_off) from @.invoice where customer_id = :c", customer);
      }
      assertThat(f.engine.ledger().balance(Accounts.writeoff(Currency.EUR)).minorUnits())
          .isEqualTo(writtenOff);
    }

    /**
     * What a customer has, has spent and was paid out beyond what came in: the house lost it, which
     * it only can to those who took money back and did not give it again.
     */
    private long writtenOff(UUID customer, Wallet wallet) {
      long left =
          sum(
              "select sum(amount_minor - refunded_minor - disputed_minor) from @.payment"
                  + " where customer_id = :c and state = 'SUCCEEDED'",
              customer);
      long spent =
          sum(
              "select sum(amount) from @.invoice_payment where customer_id = :c"
                  + " and source <> 'VOUCHER'",
              customer);
      long paidOut =
          sum(
              "select sum(amount_minor) from @.payout where customer_id = :c"
                  + " and state <> 'CANCELLED'",
              customer);
      long takenBack =
          sum(
              "select sum(amount_minor) from @.dispute where customer_id = :c and state <> 'WON'",
              customer);
      long refundedElsewhere =
          sum(
              "select sum(amount_minor) from @.refund where customer_id = :c"
                  + " and origin = 'EXTERNAL' and state = 'SUCCEEDED'",
              customer);
      long lost = wallet.cash().minorUnits() + spent + paidOut - left;
      assertThat(lost).isBetween(0L, takenBack + refundedElsewhere);
      return lost;
    }

    /** What was redeemed is there, spent on invoices, or expired: never cash. */
    private void vouchersStayVouchers(UUID customer, Wallet wallet) {
      long redeemed =
          sum(
              "select sum(amount_minor) from @.voucher_redemption where customer_id = :c",
              customer);
      long expired =
          sum(
              "select sum(expired_minor) from @.voucher_redemption where customer_id = :c",
              customer);
      long spent =
          sum(
              "select sum(amount) from @.invoice_payment where customer_id = :c"
                  + " and source = 'VOUCHER'",
              customer);
      assertThat(wallet.voucher().minorUnits()).isEqualTo(redeemed - expired - spent);
    }

    private long sum(String sql, UUID customer) {
      return f.db.tx(
          handle ->
              handle.createQuery(sql).bind("c", customer).mapTo(Long.class).findOne().orElse(0L));
    }

    private void agree() {
      for (UUID customer : customers) {
        assertThat(f.engine.payments().list(customer, null, 200))
            .allMatch(p -> p.state().isFinal());
      }
      Interval all =
          new Interval(
              f.clock.instant().minus(Duration.ofDays(3_650)),
              f.clock.instant().plus(Duration.ofDays(1)));
      assertThat(f.engine.reconciliation().compare("sandbox", all).differences()).isEmpty();
      Amount gateway = f.engine.ledger().balance(Accounts.gateway("sandbox", Currency.EUR));
      long there =
          f.db.tx(
              handle ->
                  handle
                      .createQuery("select coalesce(sum(amount_minor), 0) from @.sandbox_movement")
                      .mapTo(Long.class)
                      .one());
      assertThat(gateway.minorUnits()).isEqualTo(there);
    }
  }
}

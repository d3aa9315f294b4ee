package dev.innkeeper.billing.payment;

import static dev.innkeeper.billing.payment.PaymentFixture.ASKS;
import static dev.innkeeper.billing.payment.PaymentFixture.FAILS_WHEN_CHARGED;
import static dev.innkeeper.billing.payment.PaymentFixture.GOOD;
import static dev.innkeeper.billing.payment.PaymentFixture.eur;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.invoice.InvoiceStatus;
import dev.innkeeper.billing.invoice.PaymentSource;
import dev.innkeeper.billing.payment.sandbox.SandboxProvider;
import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Another thread, or another node, does due work or settles between any two steps of a caller: the
 * caller gets the provider's answer all the same.
 */
class DueWorkBesideTest {
  private final PaymentFixture f = new PaymentFixture();
  private final UUID ada = f.customer();

  /** What was asked beside the caller. */
  private final List<String> askedBeside = new CopyOnWriteArrayList<>();

  private final SandboxProvider sandbox = new SandboxProvider(f.db, f.clock, "secret");
  private final BillingEngine beside =
      BillingEngine.builder()
          .dataSource(f.dataSource)
          .schema(TestDatabase.SCHEMA)
          .clock(f.clock)
          .paymentProvider(withoutAnswers(sandbox))
          .build();

  @AfterEach
  void close() {
    beside.close();
    f.close();
  }

  /** Whoever asks for money to move, or whether it did, hears nothing. */
  private PaymentProvider withoutAnswers(PaymentProvider provider) {
    return Interposed.on(
        PaymentProvider.class,
        (method, args) -> {
          if (Set.of("charge", "lookUp", "refund").contains(method.getName())) {
            askedBeside.add(method.getName());
            throw new IllegalStateException("no answer");
          }
          return Interposed.invoke(provider, method, args);
        });
  }

  /** The caller's engine; the action follows each of its commits. */
  private BillingEngine engine(Runnable afterEachCommit) {
    return BillingEngine.builder()
        .dataSource(Interposed.onCommits(f.dataSource, () -> {}, afterEachCommit))
        .schema(TestDatabase.SCHEMA)
        .clock(f.clock)
        .paymentProvider(sandbox)
        .build();
  }

  /** Issues an invoice that due work leaves alone: it seems to have been tried. */
  private UUID triedInvoice(String amount) {
    UUID invoice = f.invoice(ada, amount);
    f.db.run(handle -> handle.execute("update @.invoice set settle_tried_at = issued_at"));
    return invoice;
  }

  @Test
  void whoeverRecordsAnAttemptHearsWhatBecameOfIt() {
    PaymentMethod good = f.card(ada, GOOD);
    PaymentMethod empty = f.card(ada, FAILS_WHEN_CHARGED);
    try (BillingEngine engine = engine(() -> beside.runDue(Duration.ofMinutes(1)))) {
      Payment paid = engine.topUps().topUp(ada, eur("20.00"), good.id(), "paid");
      assertThat(paid.state()).isEqualTo(PaymentState.SUCCEEDED);
      assertThat(engine.topUps().topUp(ada, eur("20.00"), empty.id(), "refused").state())
          .isEqualTo(PaymentState.DECLINED);
      assertThat(engine.refunds().refund(ada, paid.id(), eur("5.00"), "asked", "refund").state())
          .isEqualTo(Refund.State.SUCCEEDED);
      engine.paymentMethods().makeDefault(ada, empty.id());
      UUID settled = triedInvoice("40.00");
      engine.settlement().settle(ada);
      assertThat(f.invoiceOf(ada, settled).status())
          .as("from the wallet, a card that is declined and the next one")
          .isEqualTo(InvoiceStatus.PAID);
      UUID chosen = triedInvoice("30.00");
      PaymentMix mix = new PaymentMix(Set.of(PaymentSource.CARD), good.id());
      assertThat(engine.settlement().pay(ada, chosen, mix, "chosen").status())
          .isEqualTo(InvoiceStatus.PAID);
      engine.topUps().topUp(ada, eur("10.00"), good.id(), "last");
      assertThat(engine.accountClosing().close(ada, "tester", "close").refunds())
          .extracting(Refund::state)
          .containsOnly(Refund.State.SUCCEEDED);
    }
    assertThat(f.wallet(ada)).isEqualTo("0.00 0.00 0.00");
    assertThat(askedBeside).isEmpty();
  }

  @Test
  void whoeverSettlesMeanwhileLeavesTheAttemptToItsRecorder() {
    PaymentMethod good = f.card(ada, GOOD);
    try (BillingEngine engine = engine(() -> beside.settlement().settle(ada))) {
      assertThat(engine.topUps().topUp(ada, eur("20.00"), good.id(), "paid").state())
          .isEqualTo(PaymentState.SUCCEEDED);
    }
    assertThat(askedBeside).isEmpty();
  }

  @Test
  void whoeverLooksMeanwhileDoesNotAskOnceMore() {
    PaymentMethod good = f.card(ada, GOOD);
    Runnable look =
        () -> payments().forEach(payment -> beside.payments().refresh(ada, payment.id()));
    try (BillingEngine engine = engine(look)) {
      assertThat(engine.topUps().topUp(ada, eur("20.00"), good.id(), "paid").state())
          .isEqualTo(PaymentState.SUCCEEDED);
    }
    assertThat(f.wallet(ada)).isEqualTo("20.00 0.00 0.00");
    assertThat(askedBeside).isEmpty();
  }

  @Test
  void aLookThatFailsLeavesTheBanksQuestionToTheCustomer() {
    Payment asked = f.engine.topUps().topUp(ada, eur("20.00"), f.card(ada, ASKS).id(), "asked");
    assertThat(asked.state()).isEqualTo(PaymentState.ACTION_REQUIRED);
    assertThat(beside.payments().refresh(ada, asked.id())).isEqualTo(asked);
    assertThat(askedBeside).containsExactly("lookUp");
    assertThat(f.engine.payments().refresh(ada, asked.id())).isEqualTo(asked);
    assertThat(f.events(ada)).containsOnlyOnce("payment.action-required");
  }

  @Test
  void whatItsRecorderNeverAskedForIsDueAfterItsHeadStart() {
    PaymentMethod good = f.card(ada, GOOD);
    Runnable dieOnceRecorded =
        () -> {
          if (states().contains(PaymentState.RECORDED)) {
            throw new IllegalStateException("the process ends here");
          }
        };
    try (BillingEngine engine = engine(dieOnceRecorded)) {
      assertThatThrownBy(() -> engine.topUps().topUp(ada, eur("20.00"), good.id(), "lost"))
          .hasStackTraceContaining("the process ends here");
    }
    f.clock.advance(DueRows.HEAD_START.minusSeconds(1));
    f.runDue();
    assertThat(states()).containsExactly(PaymentState.RECORDED);
    f.clock.advance(Duration.ofSeconds(1));
    f.runDue();
    assertThat(states()).containsExactly(PaymentState.SUCCEEDED);
    assertThat(f.wallet(ada)).isEqualTo("20.00 0.00 0.00");
  }

  private List<PaymentState> states() {
    return payments().stream().map(Payment::state).toList();
  }

  private List<Payment> payments() {
    return f.engine.payments().list(ada, null, 50);
  }
}

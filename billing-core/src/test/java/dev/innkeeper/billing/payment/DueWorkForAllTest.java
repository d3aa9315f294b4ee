package dev.innkeeper.billing.payment;

import static dev.innkeeper.billing.payment.PaymentFixture.GOOD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.event.EventHook;
import dev.innkeeper.billing.invoice.InvoicePaid;
import dev.innkeeper.billing.invoice.InvoiceStatus;
import dev.innkeeper.billing.payment.spi.ChargeResult;
import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.testing.TestDatabase;
import dev.innkeeper.billing.work.DueReport;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A provider that hangs, or a customer who makes settling fail, does not stop the others' work. */
class DueWorkForAllTest {
  private final PaymentFixture f = new PaymentFixture();
  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicBoolean hangs = new AtomicBoolean(true);

  @AfterEach
  void close() {
    f.close();
  }

  private BillingEngine.Builder builder() {
    return BillingEngine.builder()
        .dataSource(f.dataSource)
        .schema(TestDatabase.SCHEMA)
        .clock(f.clock);
  }

  /** Every call takes half a minute, and nothing comes of it. */
  private PaymentProvider hanging() {
    return Interposed.on(
        PaymentProvider.class,
        (method, args) -> {
          if (hangs.get() && List.of("charge", "lookUp").contains(method.getName())) {
            calls.incrementAndGet();
            f.clock.advance(Duration.ofSeconds(30));
            return new ChargeResult.Unknown(null, "no answer");
          }
          return Interposed.invoke(f.sandbox(), method, args);
        });
  }

  @Test
  void aProviderThatHangsLeavesTimeForOthersAndWhatIsLeftIsDue() {
    List<UUID> customers = f.customers(20);
    customers.forEach(customer -> f.card(customer, GOOD));
    f.openInvoices(customers, 4_000);
    AtomicInteger callsBefore = new AtomicInteger();
    EventHook others =
        EventHook.on(
            "others",
            PaymentMethodAdded.class,
            event -> {
              if (hangs.getAndSet(false)) {
                callsBefore.set(calls.get());
              }
            });
    try (BillingEngine engine = builder().paymentProvider(hanging()).hook(others).build()) {
      engine.runDue(Duration.ofMinutes(1));
      assertThat(callsBefore).as("one when settling, one when looking after charges").hasValue(2);
      assertThat(f.takenBySandbox()).as("nobody has a claim on the rest").isEqualTo(18 * 4_000);
      f.clock.advance(Duration.ofMinutes(5));
      engine.runDue(Duration.ofMinutes(1));
      assertThat(f.takenBySandbox()).isEqualTo(20 * 4_000);
    }
  }

  @Test
  void aCustomerForWhomSettlingFailsIsLeftForLaterAndTheOthersAreSettled() {
    List<UUID> customers = f.customers(3);
    UUID odd = customers.get(1);
    f.fillWallets(customers, 4_000);
    f.openInvoices(customers, 4_000);
    AtomicInteger failures = new AtomicInteger();
    AtomicBoolean repaired = new AtomicBoolean();
    BillingEngine.Builder builder =
        builder()
            .transactionHook(
                InvoicePaid.class,
                (event, connection) -> {
                  if (event.customerId().equals(odd) && !repaired.get()) {
                    failures.incrementAndGet();
                    throw new IllegalStateException("the hook fails for this one");
                  }
                });
    try (BillingEngine engine = builder.build()) {
      DueReport report = engine.runDue(Duration.ofMinutes(1));
      assertThat(report.failures()).isEmpty();
      assertThat(paid(customers)).containsExactly(true, false, true);
      int failedAtFirst = failures.get();
      repaired.set(true);
      engine.runDue(Duration.ofMinutes(1));
      assertThat(paid(customers)).as("not at once").containsExactly(true, false, true);
      assertThat(failures).as("in the batch and alone").hasValue(failedAtFirst).hasValue(2);
      f.clock.advance(Duration.ofMinutes(10));
      engine.runDue(Duration.ofMinutes(1));
      assertThat(paid(customers)).containsOnly(true);
    }
  }

  private List<Boolean> paid(List<UUID> customers) {
    return customers.stream()
        .map(customer -> f.invoiceOf(customer, customer).status() == InvoiceStatus.PAID)
        .toList();
  }
}

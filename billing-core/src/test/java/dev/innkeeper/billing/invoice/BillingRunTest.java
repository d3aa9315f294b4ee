package dev.innkeeper.billing.invoice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.subscription.CancelAt;
import dev.innkeeper.billing.subscription.Subscription;
import dev.innkeeper.billing.testing.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class BillingRunTest {
  private static final RunOptions OPTIONS = RunOptions.standard().withChunkSize(7);

  private final InvoiceFixture f = new InvoiceFixture();
  private final Invoices invoices = f.invoices;

  private static Amount eur(String amount) {
    return Amount.parse(amount, Currency.EUR);
  }

  @Test
  void aMonthBecomesOneInvoiceWithItsLinesAndTheLedgerKnows() {
    Customer ada = f.customer("Ada");
    f.start(ada, "site", Map.of("size", "small"));
    f.start(ada, "site", Map.of("size", "large", "address", "yes"));
    f.at("2026-03-31T23:59:59Z");
    assertThat(invoices.run(OPTIONS).customers()).isZero();
    f.at("2026-04-01T00:00:00Z");
    RunReport report = invoices.run(OPTIONS);
    assertThat(report.customers()).isEqualTo(1);
    assertThat(report.invoices()).isEqualTo(1);
    // 528 h × 0.00694 = 3.66 and 528 h × 0.02916 = 15.40
    assertThat(report.totals()).isEqualTo(Map.of(Currency.EUR, eur("19.06")));
    Invoice invoice = invoices.list(ada.id(), null, 10).get(0);
    assertThat(invoice.number()).isEqualTo("INV-2026-000001");
    assertThat(invoice.kind()).isEqualTo(InvoiceKind.CYCLE);
    assertThat(invoice.lines()).hasSize(2);
    assertThat(invoice.total()).isEqualTo(eur("19.06"));
    assertThat(invoice.dueAt()).isEqualTo(Instant.parse("2026-04-16T00:00:00Z"));
    assertThat(f.engine.ledger().balance(Accounts.receivable(ada.id(), Currency.EUR)))
        .isEqualTo(eur("19.06"));
    assertThat(f.engine.ledger().balance(Accounts.revenue("site", Currency.EUR)))
        .isEqualTo(eur("19.06"));
    assertThat(f.eventTypes(ada.id())).containsOnlyOnce("invoice.issued");
    InvoiceInvariants.hold(f.db);
  }

  @Test
  void aSecondInvoiceForAPeriodIsBilledApartInTheMidstOfOthers() {
    Customer ada = f.customer("Ada");
    f.start(ada, "site", Map.of());
    for (int i = 0; i < 40; i++) {
      f.start(f.customer("Customer " + i), "site", Map.of());
    }
    f.at("2026-04-01T00:00:00Z");
    invoices.billDue(ada.id());
    // In advance from midnight on: due at the end of the month that Ada was billed for.
    f.start(ada, "forge", Map.of());
    assertThat(invoices.run(OPTIONS.withChunkSize(100)).invoices()).isEqualTo(41);
    assertThat(invoices.list(ada.id(), null, 10))
        .extracting(Invoice::kind)
        .containsExactly(InvoiceKind.IMMEDIATE, InvoiceKind.CYCLE);
    InvoiceInvariants.hold(f.db);
  }

  /** Forty who are alike, and some who are not: they are billed in other ways. */
  private static List<String> marksAfterTwoMonths(Consumer<InvoiceFixture> bill) {
    InvoiceFixture f = new InvoiceFixture();
    for (int i = 0; i < 40; i++) {
      Customer customer = f.customer("Alike " + i);
      f.start(customer, "site", Map.of());
      f.start(customer, "site", Map.of("size", "large"));
    }
    Customer pauses = f.customer("Pauses");
    Subscription paused = f.start(pauses, "site", Map.of());
    Customer leaves = f.customer("Leaves");
    Subscription left = f.start(leaves, "site", Map.of());
    f.start(leaves, "site", Map.of("size", "large"));
    f.at("2026-03-12T10:00:00Z");
    f.start(f.customer("Later"), "site", Map.of());
    f.start(f.customer("Ahead"), "forge", Map.of());
    Customer both = f.customer("Both");
    f.start(both, "forge", Map.of());
    f.start(both, "site", Map.of());
    f.engine.subscriptions().pause(pauses.id(), paused.id());
    f.engine.subscriptions().cancel(leaves.id(), left.id(), CancelAt.NOW);
    for (String month : List.of("2026-04-01T00:00:00Z", "2026-05-01T00:00:00Z")) {
      f.at(month);
      bill.accept(f);
    }
    InvoiceInvariants.hold(f.db);
    return f.db.tx(
        handle ->
            handle
                .createQuery(
                    "select concat_ws(' ', c.name, s.options, b.billed_until, b.open_from, b.open,"
                        + " b.revision, d.next_at, d.period_index, (select sum(i.total)"
                        + " from @.invoice i where i.customer_id = c.id)) from @.customer c"
                        + " join @.subscription s on s.customer_id = c.id"
                        + " left join @.subscription_billing b on b.customer_id = c.id"
                        + " and b.subscription_id = s.id"
                        + " left join @.billing_due d on d.customer_id = c.id order by 1")
                .mapTo(String.class)
                .list());
  }

  @Test
  void whoIsBilledWithManyAlikeIsBilledAsAlone() {
    // What is open names prices, whose ids differ from one database to the next.
    Pattern ids = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    List<String> alone =
        marksAfterTwoMonths(
            each ->
                each.engine
                    .customers()
                    .list("", null, 100)
                    .forEach(c -> each.invoices.billDue(c.id())));
    List<String> together =
        marksAfterTwoMonths(each -> each.invoices.run(RunOptions.standard().withWorkers(1)));
    assertThat(together).hasSizeGreaterThan(80).allMatch(row -> row.contains("2026-0"));
    assertThat(together.stream().map(row -> ids.matcher(row).replaceAll("id")))
        .containsExactlyElementsOf(
            alone.stream().map(row -> ids.matcher(row).replaceAll("id")).toList());
  }

  @Test
  void aFinishedRunRunAgainWritesNothing() {
    Customer ada = f.customer("Ada");
    f.start(ada, "site", Map.of());
    f.at("2026-04-01T00:00:00Z");
    invoices.run(OPTIONS);
    List<Invoice> before = invoices.list(ada.id(), null, 10);
    String written = rowsWritten();
    RunReport again = invoices.run(OPTIONS);
    assertThat(again.customers()).isZero();
    assertThat(rowsWritten()).isEqualTo(written);
    assertThat(invoices.list(ada.id(), null, 10)).isEqualTo(before);
    // Nor does a restart later on the same day bill the month again.
    f.at("2026-04-01T23:00:00Z");
    assertThat(f.engine(InvoiceSettings.standard()).invoices().run(OPTIONS).customers()).isZero();
  }

  @Test
  void aRunTellsOfItsBeginningAndEndAndTiesToTheLedger() {
    for (int i = 0; i < 40; i++) {
      f.start(f.customer("Customer " + i), "site", Map.of("size", i % 2 == 0 ? "small" : "large"));
    }
    f.at("2026-04-01T00:00:00Z");
    List<RunProgress> progress = new ArrayList<>();
    RunReport report =
        invoices.run(OPTIONS.withChunkSize(15).withWorkers(1).withProgress(progress::add));
    assertThat(progress).extracting(RunProgress::customersDone).containsExactly(15L, 30L, 40L);
    assertThat(progress.get(2).customersDue()).isEqualTo(40);
    assertThat(progress.get(2).left()).isZero();
    assertThat(progress.get(0).customersPerSecond()).isPositive();
    assertThat(f.eventTypes(Accounts.HOUSE))
        .containsExactly("billing_run.started", "billing_run.finished");
    RunSummary summary = invoices.runSummary(report.runId());
    assertThat(summary.ties()).isTrue();
    assertThat(summary.invoiced()).isEqualTo(report.totals());
    assertThat(summary.invoices()).isEqualTo(40).isEqualTo(report.invoices());
    assertThat(summary.customers()).isEqualTo(report.customers());
    // A run with nothing to do is none.
    assertThat(invoices.run(OPTIONS).customers()).isZero();
    assertThat(f.eventTypes(Accounts.HOUSE)).hasSize(2);
    f.db.run(
        handle ->
            handle.execute(
                "update @.ledger_entry set amount = amount + 1 where owner = ?",
                f.invoices.search(InvoiceQuery.all()).get(0).customerId()));
    assertThat(invoices.runSummary(report.runId()).ties()).isFalse();
  }

  /**
   * Where each row is and which transaction wrote it: another once any row is written. PostgreSQL's
   * own counts are late by up to a second.
   */
  private String rowsWritten() {
    return f.db.tx(
        handle ->
            handle
                .createQuery(
                    "select format('%I.%I', schemaname, tablename) from pg_tables"
                        + " where schemaname = :schema order by 1")
                .bind("schema", TestDatabase.SCHEMA)
                .mapTo(String.class)
                .stream()
                .map(
                    table ->
                        table
                            + handle
                                .createQuery(
                                    "select md5(string_agg(t.tableoid::text || t.ctid::text"
                                        + " || t.xmin::text, ',' order by t.tableoid, t.ctid))"
                                        + " from "
                                        + table
                                        + " t")
                                .mapTo(String.class)
                                .findOne())
                .collect(Collectors.joining("\n")));
  }

  @Test
  void aRunThatIsMonthsLateGivesOneInvoiceForEachMonth() {
    Customer ada = f.customer("Ada");
    f.start(ada, "site", Map.of());
    f.at("2026-07-15T12:00:00Z");
    assertThat(invoices.run(OPTIONS).invoices()).isEqualTo(4);
    assertThat(invoices.list(ada.id(), null, 10))
        .extracting(i -> i.period().from().toString().substring(0, 10))
        .containsExactly("2026-06-01", "2026-05-01", "2026-04-01", "2026-03-01");
    InvoiceInvariants.hold(f.db);
  }

  @Test
  void whatIsChargedInAdvanceIsBilledAtOnceAndThenWithThePeriod() {
    Customer ada = f.customer("Ada");
    f.start(ada, "forge", Map.of());
    f.start(ada, "site", Map.of());
    assertThat(f.engine.runDue(Duration.ofMinutes(1)).done()).containsEntry("invoice-run", 1);
    Invoice first = invoices.list(ada.id(), null, 10).get(0);
    assertThat(first.kind()).isEqualTo(InvoiceKind.IMMEDIATE);
    // 22 of 31 days of 12.00, and the set-up fee.
    assertThat(first.total()).isEqualTo(eur("13.52"));
    f.at("2026-04-01T00:00:00Z");
    f.engine.runDue(Duration.ofMinutes(1));
    Invoice second = invoices.list(ada.id(), null, 10).get(0);
    assertThat(second.kind()).isEqualTo(InvoiceKind.CYCLE);
    assertThat(second.lines()).extracting(InvoiceLine::productCode).contains("forge", "site");
    assertThat(second.total()).isEqualTo(eur("15.66"));
    // The clock stands at the very end of the period, whose invoice exists.
    f.start(ada, "forge", Map.of());
    f.engine.runDue(Duration.ofMinutes(1));
    Invoice third = invoices.list(ada.id(), null, 10).get(0);
    assertThat(third.kind()).isEqualTo(InvoiceKind.IMMEDIATE);
    assertThat(third.total()).isEqualTo(eur("17.00"));
    InvoiceInvariants.hold(f.db);
  }

  @Test
  void aMachineDeletedWithinTheMonthIsBilledForItsHours() {
    Customer ada = f.customer("Ada");
    Subscription subscription = f.start(ada, "site", Map.of("size", "small"));
    f.at("2026-03-20T00:00:00Z");
    f.engine.subscriptions().cancel(ada.id(), subscription.id(), CancelAt.NOW);
    f.at("2026-04-01T00:00:00Z");
    assertThat(invoices.run(OPTIONS).totals()).isEqualTo(Map.of(Currency.EUR, eur("1.67")));
    f.at("2026-06-01T00:00:00Z");
    assertThat(invoices.run(OPTIONS).invoices()).isZero();
  }

  @Test
  void aCustomerWhoCantBeBilledIsParkedAndTheOthersAreBilled() {
    List<Customer> customers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      customers.add(f.customer("Customer " + i));
      f.start(customers.get(i), "site", Map.of());
    }
    UUID broken = customers.get(9).id();
    f.db.run(
        handle ->
            handle
                .createUpdate("delete from @.subscription_phase where customer_id = :id")
                .bind("id", broken)
                .execute());
    f.at("2026-04-01T00:00:00Z");
    RunReport report = invoices.run(OPTIONS);
    assertThat(report.parked()).isEqualTo(1);
    assertThat(report.invoices()).isEqualTo(19);
    assertThat(invoices.parked(null, 10))
        .extracting(ParkedCustomer::customerId)
        .containsExactly(broken);
    assertThat(f.eventTypes(broken)).contains("invoice.parked");
    assertThat(invoices.run(OPTIONS).customers()).isZero();
    assertThatThrownBy(() -> invoices.billDue(broken))
        .isInstanceOfSatisfying(
            NotAllowed.class, e -> assertThat(e.code()).isEqualTo("customer-parked"));
    assertThat(invoices.release(broken)).isTrue();
    assertThat(invoices.run(OPTIONS).parked()).isEqualTo(1);
    InvoiceInvariants.hold(f.db);
  }

  @Test
  void aContributorThatFailsForOneCustomerParksThatOne() {
    LineContributor picky =
        (drafts, purpose) -> {
          if (drafts.stream().anyMatch(d -> d.sum().equals(eur("15.40")))) {
            throw new IllegalStateException("no coupon for this sum");
          }
          return Map.of();
        };
    Invoices other =
        f.engine(InvoiceSettings.standard().withContributors(List.of(picky))).invoices();
    for (int i = 0; i < 5; i++) {
      f.start(f.customer("Small " + i), "site", Map.of("size", "small"));
    }
    Customer large = f.customer("Large");
    f.start(large, "site", Map.of("size", "large", "address", "yes"));
    f.at("2026-04-01T00:00:00Z");
    RunReport report = other.run(OPTIONS);
    assertThat(report.invoices()).isEqualTo(5);
    assertThat(other.parked(null, 10))
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.customerId()).isEqualTo(large.id());
              assertThat(p.reason()).contains("no coupon for this sum");
            });
    InvoiceInvariants.hold(f.db);
  }

  @Test
  void aDiscountIsALineOfItsOwn() {
    LineContributor half =
        (drafts, purpose) ->
            Map.of(
                drafts.get(0).id(),
                List.of(DraftLine.discount("site", "spring", "Spring: half off", eur("-1.83"))));
    Invoices other =
        f.engine(InvoiceSettings.standard().withContributors(List.of(half))).invoices();
    Customer ada = f.customer("Ada");
    f.start(ada, "site", Map.of("size", "small"));
    f.at("2026-04-01T00:00:00Z");
    Invoice invoice = other.billDue(ada.id()).get(0);
    assertThat(invoice.lines()).hasSize(2);
    assertThat(invoice.total()).isEqualTo(eur("1.83"));
    InvoiceInvariants.hold(f.db);
  }

  @Test
  void aDryRunTellsWhatTheRunWillDoAndWritesNothing() {
    for (int i = 0; i < 20; i++) {
      f.start(f.customer("Customer " + i), i % 2 == 0 ? "site" : "store", Map.of());
    }
    f.at("2026-04-01T00:00:00Z");
    String written = rowsWritten();
    RunReport dry = invoices.dryRun(OPTIONS);
    assertThat(rowsWritten()).isEqualTo(written);
    List<RunProgress> progress = new ArrayList<>();
    RunReport wet = invoices.run(OPTIONS.withWorkers(1).withProgress(progress::add));
    assertThat(wet.totals()).isEqualTo(dry.totals());
    assertThat(wet.invoices()).isEqualTo(dry.invoices()).isEqualTo(20);
    assertThat(dry.left()).isEqualTo(20);
    assertThat(progress)
        .hasSize(3)
        .last()
        .satisfies(p -> assertThat(p.customersDone()).isEqualTo(20));
  }

  @Test
  void aPreviewShowsTheRunningPeriod() {
    Customer ada = f.customer("Ada");
    f.start(ada, "site", Map.of("size", "small"));
    f.at("2026-03-20T00:00:00Z");
    Invoice soFar = invoices.preview(ada.id(), f.clock.instant()).get(0);
    assertThat(soFar.status()).isEqualTo(InvoiceStatus.DRAFT);
    assertThat(soFar.number()).isNull();
    assertThat(soFar.total()).isEqualTo(eur("1.67"));
    assertThat(invoices.preview(ada.id(), Instant.parse("2026-04-01T00:00:00Z")).get(0).total())
        .isEqualTo(eur("3.66"));
    assertThat(invoices.list(ada.id(), null, 10)).isEmpty();
  }

  @Test
  void twoNodesWithSeveralWorkersBillEveryoneOnce() throws Exception {
    int customers = 300;
    for (int i = 0; i < customers; i++) {
      f.start(f.customer("Customer " + i), "site", Map.of());
    }
    f.at("2026-05-01T00:00:00Z");
    BillingEngine other = f.engine(InvoiceSettings.standard());
    ExecutorService nodes = Executors.newFixedThreadPool(2);
    try {
      Future<RunReport> a = nodes.submit(() -> invoices.run(OPTIONS.withWorkers(3)));
      Future<RunReport> b = nodes.submit(() -> other.invoices().run(OPTIONS.withWorkers(3)));
      assertThat(a.get().invoices() + b.get().invoices()).isEqualTo(2L * customers);
      assertThat(a.get().left() + b.get().left()).isZero();
    } finally {
      nodes.shutdownNow();
    }
    assertThat(f.count("select count(*) from @.invoice")).isEqualTo(2L * customers);
    InvoiceInvariants.hold(f.db);
  }

  @Test
  void whatWasPaidInAdvanceAndNotUsedGoesBackToWhereItCameFrom() {
    Customer ada = f.customer("Ada");
    Subscription forge = f.start(ada, "forge", Map.of());
    f.at("2026-04-01T00:00:00Z");
    invoices.run(OPTIONS);
    Invoice april = invoices.list(ada.id(), null, 1).get(0);
    pay(april, PaymentSource.VOUCHER, "4.00");
    pay(april, PaymentSource.CARD, april.open().minus(eur("4.00")).toPlainString());
    f.at("2026-04-16T00:00:00Z");
    f.engine.subscriptions().cancel(ada.id(), forge.id(), CancelAt.NOW);
    f.at("2026-05-01T00:00:00Z");
    RunReport report = invoices.run(OPTIONS);
    assertThat(report.parked()).isZero();
    Invoice note = invoices.list(ada.id(), null, 1).get(0);
    assertThat(note.kind()).isEqualTo(InvoiceKind.CREDIT_NOTE);
    assertThat(note.number()).isEqualTo("CN-2026-000001");
    assertThat(note.corrects()).isEqualTo(april.id());
    assertThat(note.total()).isEqualTo(eur("6.00"));
    assertThat(report.totals()).isEqualTo(Map.of(Currency.EUR, eur("-6.00")));
    assertThat(f.engine.ledger().balance(Accounts.cash(ada.id(), Currency.EUR)))
        .isEqualTo(eur("6.00"));
    InvoiceInvariants.hold(f.db);
  }

  /** Pays as the payment service does: postings first, then the invoice. */
  private void pay(Invoice invoice, PaymentSource source, String amount) {
    f.tx(
        () -> {
          f.engine
              .ledger()
              .require(
                  dev.innkeeper.billing.ledger.Transfer.builder(UUID.randomUUID(), "settle")
                      .debit(Accounts.gateway("test", Currency.EUR), eur(amount))
                      .credit(Accounts.receivable(invoice.customerId(), Currency.EUR), eur(amount))
                      .build());
          invoices.settle(
              List.of(new InvoicePayment(invoice.customerId(), invoice.id(), eur(amount), source)));
        });
  }
}

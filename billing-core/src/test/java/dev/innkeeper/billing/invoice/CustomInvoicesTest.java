package dev.innkeeper.billing.invoice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.customer.Address;
import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.invoice.tax.PriceBasis;
import dev.innkeeper.billing.invoice.tax.TaxCategory;
import dev.innkeeper.billing.invoice.tax.TaxRate;
import dev.innkeeper.billing.invoice.tax.TaxTable;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.Conflict;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.problem.NotFound;
import dev.innkeeper.billing.time.Interval;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CustomInvoicesTest {
  private final InvoiceFixture f = new InvoiceFixture(priced(PriceBasis.NET));
  private final Invoices invoices = f.invoices;
  private final Customer ada = f.customer("Ada");

  private static TaxTable german(PriceBasis basis) {
    return new TaxTable(
        "DE",
        basis,
        TaxTable.CrossBorder.DESTINATION,
        List.of(
            new TaxRate("DE", "standard", LocalDate.of(2021, 1, 1), new BigDecimal("19")),
            new TaxRate("DE", "book", LocalDate.of(2021, 1, 1), new BigDecimal("7")),
            new TaxRate("FR", "standard", LocalDate.of(2014, 1, 1), new BigDecimal("20"))));
  }

  private static InvoiceSettings priced(PriceBasis basis) {
    return InvoiceSettings.standard().withTaxPolicy(german(basis));
  }

  private static Amount eur(String amount) {
    return Amount.parse(amount, Currency.EUR);
  }

  private NewInvoice wanted(NewInvoice.Line... lines) {
    return new NewInvoice(ada.id(), Currency.EUR, List.of(lines), null, null);
  }

  private static NewInvoice.Line line(String description, String price) {
    return NewInvoice.Line.of(description, new BigDecimal(price));
  }

  @Test
  void linesDueDateAndNoteAreTheOperators() {
    NewInvoice wanted =
        new NewInvoice(
            ada.id(),
            Currency.EUR,
            List.of(
                new NewInvoice.Line(
                    "consulting",
                    "Moving a site",
                    new BigDecimal("1.5"),
                    "hour",
                    new BigDecimal("89.90"),
                    "standard"),
                new NewInvoice.Line(
                    "custom", "Handbook", BigDecimal.ONE, "piece", new BigDecimal("10"), "book")),
            LocalDate.of(2026, 3, 31),
            "Thank you!\nSee you soon.");
    Invoice invoice = invoices.custom(wanted, "k");
    assertThat(invoice.net()).isEqualTo(eur("144.85"));
    assertThat(invoice.tax()).isEqualTo(eur("26.32")); // 19 % of 134.85 and 7 % of 10.00
    assertThat(invoice.taxGroups()).hasSize(2);
    assertThat(invoice.dueAt()).isEqualTo(Instant.parse("2026-04-01T00:00:00Z"));
    assertThat(invoice.note()).isEqualTo("Thank you!\nSee you soon.");
    assertThat(f.engine.ledger().balance(Accounts.tax("de", Currency.EUR))).isEqualTo(eur("26.32"));
    assertThat(f.engine.ledger().balance(Accounts.revenue("consulting", Currency.EUR)))
        .isEqualTo(eur("134.85"));
    assertThat(invoices.custom(wanted, "k")).isEqualTo(invoice);
    assertThatThrownBy(() -> invoices.custom(wanted(line("Other", "1")), "k"))
        .isInstanceOf(Conflict.class);
    InvoiceInvariants.hold(f.db);
  }

  @Test
  void textThatIsNoAsciiAndMarkupAreKeptAsTheyAre() {
    String text = "خدمة \\ 🏨 <script>alert(1)</script>\t& \"quotes\" \\N";
    assertThatThrownBy(() -> invoices.custom(wanted(line(text, "1")), "tab"))
        .hasMessageContaining("control characters");
    String clean = text.replace("\t", " ");
    assertThat(invoices.custom(wanted(line(clean, "1")), "k").lines().get(0).description())
        .isEqualTo(clean);
  }

  @Test
  void everyFieldAtFaultIsNamed() {
    NewInvoice wrong =
        new NewInvoice(
            ada.id(),
            new Currency("XXQ", 2),
            List.of(
                new NewInvoice.Line(
                    "Not a code", " ", BigDecimal.ZERO, "", new BigDecimal("1e20"), "Standard")),
            LocalDate.of(2026, 3, 9),
            "");
    assertThatThrownBy(() -> invoices.custom(wrong, "k"))
        .isInstanceOfSatisfying(
            InvalidInput.class,
            e ->
                assertThat(e.violations())
                    .extracting(InvalidInput.Violation::field)
                    .containsExactly(
                        "currency",
                        "lines[0].description",
                        "lines[0].productCode",
                        "lines[0].taxClass",
                        "lines[0].unit",
                        "lines[0].quantity",
                        "lines[0].unitPrice",
                        "dueDate",
                        "note"));
    assertThat(f.count("select count(*) from @.invoice_series")).isZero();
  }

  @Test
  void noLinesTooManyAndLinesWorthNothingAreRefused() {
    assertThatThrownBy(() -> invoices.custom(wanted(), "none"))
        .hasMessageContaining("lines: must be 1 to 1000, were 0");
    NewInvoice many =
        new NewInvoice(
            ada.id(), Currency.EUR, Collections.nCopies(10_000, line("x", "1")), null, null);
    assertThatThrownBy(() -> invoices.custom(many, "many")).hasMessageContaining("were 10000");
    assertThatThrownBy(() -> invoices.custom(wanted(line("x", "1"), line("y", "-1")), "zero"))
        .hasMessageContaining("more than zero");
    assertThat(
            invoices
                .custom(
                    new NewInvoice(
                        ada.id(),
                        Currency.EUR,
                        Collections.nCopies(1_000, line("x", "0.01")),
                        null,
                        null),
                    "thousand")
                .lines())
        .hasSize(1_000);
    InvoiceInvariants.hold(f.db);
  }

  @Test
  void aVatIdWithWrongCheckDigitsIsRefusedAndARightOneReversesTheCharge() {
    Address paris = new Address("Rue 1", "75001", "Paris", "FR");
    NewCustomer business =
        NewCustomer.named("Bea", "bea@example.org", Currency.EUR).withAddress(paris);
    Customer wrong = f.customer(business.withCompany("Bea SARL", "FR40303265046"));
    assertThatThrownBy(() -> f.custom(wrong, "100"))
        .isInstanceOfSatisfying(
            InvalidInput.class, e -> assertThat(e.field()).isEqualTo("customer.vatId"));
    Customer right = f.customer(business.withCompany("Bea SARL", "FR 40 303265045"));
    Invoice invoice = f.custom(right, "100");
    assertThat(invoice.tax().isZero()).isTrue();
    assertThat(invoice.taxGroups().get(0).treatment().category())
        .isEqualTo(TaxCategory.REVERSE_CHARGE);
    Customer consumer = f.customer(business);
    assertThat(f.custom(consumer, "100").total()).isEqualTo(eur("120.00"));
  }

  @Test
  void aVoidedInvoiceKeepsItsNumberAndIsOwedByNobody() {
    Invoice invoice = f.custom(ada, "100");
    Invoice voided = invoices.voidInvoice(ada.id(), invoice.id(), "Wrong customer");
    assertThat(voided.status()).isEqualTo(InvoiceStatus.VOID);
    assertThat(voided.number()).isEqualTo(invoice.number());
    assertThat(invoices.voidInvoice(ada.id(), invoice.id(), "Again")).isEqualTo(voided);
    assertThat(f.engine.ledger().balance(Accounts.revenue("custom", Currency.EUR)).isZero())
        .isTrue();
    assertThat(f.custom(ada, "1").number()).isEqualTo("INV-2026-000002");
    assertThat(f.eventTypes(ada.id())).containsOnlyOnce("invoice.voided");
    assertThatThrownBy(() -> credit(invoice, "1")).isInstanceOf(NotAllowed.class);
    InvoiceInvariants.hold(f.db);
  }

  @Test
  void whatIsGivenUpIsWrittenOff() {
    Invoice invoice = f.custom(ada, "100");
    credit(invoice, "50");
    Invoice lost = invoices.markUncollectible(ada.id(), invoice.id(), "Gone away");
    assertThat(lost.status()).isEqualTo(InvoiceStatus.UNCOLLECTIBLE);
    assertThat(lost.writtenOff()).isEqualTo(eur("59.50"));
    assertThat(f.engine.ledger().balance(Accounts.writeoff(Currency.EUR))).isEqualTo(eur("59.50"));
    assertThatThrownBy(() -> invoices.voidInvoice(ada.id(), invoice.id(), "x"))
        .hasMessageContaining("uncollectible");
    InvoiceInvariants.hold(f.db);
  }

  @Test
  void whatWasWrittenOffAndIsPaidLaterIsTakenUpAgain() {
    Invoice invoice = f.custom(ada, "100");
    invoices.markUncollectible(ada.id(), invoice.id(), "Gone away");
    assertThatThrownBy(
            () ->
                f.tx(
                    () ->
                        invoices.settle(
                            List.of(
                                new InvoicePayment(
                                    ada.id(),
                                    invoice.id(),
                                    eur("119.00"),
                                    PaymentSource.EXTERNAL)))))
        .isInstanceOf(NotAllowed.class);
    Invoice again = invoices.reinstate(ada.id(), invoice.id(), "Is back and pays");
    assertThat(again.status()).isEqualTo(InvoiceStatus.OPEN);
    assertThat(again.open()).isEqualTo(eur("119.00"));
    assertThat(again.writtenOff().isZero()).isTrue();
    assertThat(f.engine.ledger().balance(Accounts.writeoff(Currency.EUR)).isZero()).isTrue();
    assertThat(f.engine.ledger().balance(Accounts.receivable(ada.id(), Currency.EUR)))
        .isEqualTo(eur("119.00"));
    assertThat(f.eventTypes(ada.id())).endsWith("invoice.uncollectible", "invoice.reopened");
    assertThatThrownBy(() -> invoices.reinstate(ada.id(), invoice.id(), "Twice"))
        .isInstanceOfSatisfying(
            NotAllowed.class, e -> assertThat(e.code()).isEqualTo("invoice-not-written-off"));
    InvoiceInvariants.hold(f.db);
  }

  @Test
  void anInvoiceMayHaveAProductOnEveryLine() {
    List<NewInvoice.Line> lines = new ArrayList<>();
    for (int i = 0; i < NewInvoice.LINES_MAX; i++) {
      lines.add(
          new NewInvoice.Line(
              "product-" + i, "x", BigDecimal.ONE, "piece", BigDecimal.ONE, "standard"));
    }
    Invoice invoice =
        invoices.custom(new NewInvoice(ada.id(), Currency.EUR, lines, null, null), "many");
    assertThat(f.engine.ledger().balance(Accounts.revenue("product-999", Currency.EUR)))
        .isEqualTo(eur("1.00"));
    assertThat(f.engine.ledger().balance(Accounts.receivable(ada.id(), Currency.EUR)))
        .isEqualTo(invoice.total());
    InvoiceInvariants.hold(f.db);
  }

  @Test
  void aPayersReferenceFindsItsInvoice() {
    f.custom(ada, "1");
    Invoice second = f.custom(ada, "2");
    String reference = String.valueOf(second.paymentReference());
    assertThat(reference).matches("RF[0-9]{2}INV2026000002");
    assertThat(
            invoices.findByPaymentReference(
                " " + PaymentReference.grouped(reference).toLowerCase(java.util.Locale.ROOT)))
        .containsExactly(second);
    assertThat(invoices.findByPaymentReference(PaymentReference.of("INV-2026-000077"))).isEmpty();
    Invoice note =
        invoices.creditNote(NewCreditNote.ofAll(ada.id(), second.id(), "All of it"), "n");
    assertThat(note.paymentReference()).isNull();
    // Of a format that is used no more.
    f.db.run(
        handle ->
            handle.execute("update @.invoice set number = 'OLD/2026/2' where id = ?", second.id()));
    assertThat(invoices.findByPaymentReference(PaymentReference.of("OLD/2026/2")))
        .extracting(Invoice::id)
        .containsExactly(second.id());
  }

  @Test
  void aSearchFindsByPeriod() {
    f.start(ada, "site", java.util.Map.of());
    f.at("2026-05-01T00:00:00Z");
    invoices.run(RunOptions.standard());
    f.custom(ada, "1");
    Instant april = Instant.parse("2026-04-01T00:00:00Z");
    assertThat(
            invoices.search(
                InvoiceQuery.all()
                    .withPeriod(new Interval(april, Instant.parse("2026-05-01T00:00:00Z")))))
        .singleElement()
        .satisfies(i -> assertThat(i.period()).isNotNull())
        .satisfies(i -> assertThat(i.kind()).isEqualTo(InvoiceKind.CYCLE));
  }

  @Test
  void anUnknownCurrencyIsRefused() {
    NewInvoice unknown =
        new NewInvoice(ada.id(), new Currency("XXQ", 2), List.of(line("x", "1")), null, null);
    assertThatThrownBy(() -> invoices.custom(unknown, "k"))
        .isInstanceOfSatisfying(
            InvalidInput.class, e -> assertThat(e.field()).isEqualTo("currency"));
  }

  @Test
  void aDueDateBeforeTheDayOfIssueIsRefused() {
    NewInvoice early =
        new NewInvoice(
            ada.id(), Currency.EUR, List.of(line("x", "1")), LocalDate.of(2026, 3, 9), null);
    assertThatThrownBy(() -> invoices.custom(early, "k"))
        .isInstanceOfSatisfying(
            InvalidInput.class, e -> assertThat(e.field()).isEqualTo("dueDate"));
  }

  private Invoice credit(Invoice invoice, String lineAmount) {
    return invoices.creditNote(
        NewCreditNote.ofLines(
            invoice.customerId(),
            invoice.id(),
            java.util.Map.of(1, eur(lineAmount)),
            "Not delivered"),
        UUID.randomUUID().toString());
  }

  @Test
  void creditNotesNeverTakeBackMoreThanTheInvoiceHas() {
    Invoice invoice = f.custom(ada, "100");
    Invoice note = credit(invoice, "60");
    assertThat(note.number()).isEqualTo("CN-2026-000001");
    assertThat(note.total()).isEqualTo(eur("71.40"));
    assertThat(invoices.get(ada.id(), invoice.id()).open()).isEqualTo(eur("47.60"));
    assertThatThrownBy(() -> credit(invoice, "40.01"))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("40.00 EUR is left to take back");
    assertThatThrownBy(() -> credit(invoice, "-1")).isInstanceOf(InvalidInput.class);
    Invoice rest =
        invoices.creditNote(NewCreditNote.ofAll(ada.id(), invoice.id(), "All of it"), "rest");
    assertThat(rest.total()).isEqualTo(eur("47.60"));
    assertThat(invoices.get(ada.id(), invoice.id()).status()).isEqualTo(InvoiceStatus.PAID);
    assertThatThrownBy(
            () -> invoices.creditNote(NewCreditNote.ofAll(ada.id(), invoice.id(), "More"), "more"))
        .isInstanceOf(NotAllowed.class);
    assertThatThrownBy(
            () -> invoices.creditNote(NewCreditNote.ofAll(ada.id(), note.id(), "Note"), "note"))
        .isInstanceOf(NotAllowed.class);
    InvoiceInvariants.hold(f.db);
  }

  @ParameterizedTest
  @EnumSource(PriceBasis.class)
  void anInvoiceIsTakenBackByTheRuleItWasMadeByWhateverHoldsToday(PriceBasis then) {
    Invoices before = f.engine(priced(then)).invoices();
    Invoice cents = before.custom(wanted(line("Three cents", "0.03")), "cents");
    Invoice two = before.custom(wanted(line("One", "0.02"), line("Other", "0.02")), "two");
    for (PriceBasis today : PriceBasis.values()) {
      Invoices now = f.engine(priced(today)).invoices();
      if (today == then) {
        Invoice note = now.creditNote(NewCreditNote.ofAll(ada.id(), cents.id(), "All"), "all");
        assertThat(note.taxGroups()).isEqualTo(cents.taxGroups());
      } else {
        now.creditNote(
            NewCreditNote.ofLines(ada.id(), two.id(), java.util.Map.of(2, eur("0.01")), "One"),
            "one");
      }
    }
    invoices.creditNote(NewCreditNote.ofAll(ada.id(), two.id(), "Rest"), "rest");
    for (Invoice invoice : List.of(cents, two)) {
      assertThat(invoices.get(ada.id(), invoice.id()).credited()).isEqualTo(invoice.total());
    }
    assertThat(f.engine.ledger().balance(Accounts.tax("de", Currency.EUR)).isZero()).isTrue();
    InvoiceInvariants.hold(f.db);
  }

  @Test
  void anInvoiceIsCorrectedByItsOwnerOnly() {
    Invoice invoice = f.custom(ada, "100");
    Customer eve = f.customer("Eve");
    assertThatThrownBy(() -> invoices.voidInvoice(eve.id(), invoice.id(), "x"))
        .isInstanceOf(NotFound.class);
    assertThatThrownBy(
            () -> invoices.creditNote(NewCreditNote.ofAll(eve.id(), invoice.id(), "x"), "x"))
        .isInstanceOf(NotFound.class);
    assertThatThrownBy(() -> invoices.markUncollectible(eve.id(), invoice.id(), "x"))
        .isInstanceOf(NotFound.class);
  }

  @Test
  void aSearchFindsByNumberCustomerStatusAndTime() {
    Customer bob = f.customer("Bob");
    Invoice first = f.custom(ada, "1");
    Invoice second = f.custom(bob, "2");
    f.at("2026-03-11T00:00:00Z");
    Invoice third = f.custom(ada, "3");
    invoices.voidInvoice(ada.id(), first.id(), "x");
    assertThat(invoices.search(InvoiceQuery.all()))
        .extracting(Invoice::id)
        .containsExactly(third.id(), second.id(), first.id());
    assertThat(invoices.search(InvoiceQuery.all().withPage(third.number(), 1)))
        .extracting(Invoice::id)
        .containsExactly(second.id());
    assertThat(invoices.search(InvoiceQuery.all().withNumberPrefix("INV-2026-000003"))).hasSize(1);
    assertThat(invoices.search(InvoiceQuery.all().withNumberPrefix("%"))).isEmpty();
    assertThat(invoices.search(InvoiceQuery.all().withCustomer(bob.id()))).hasSize(1);
    assertThat(invoices.search(InvoiceQuery.all().withStatus(InvoiceStatus.VOID))).hasSize(1);
    assertThat(invoices.search(InvoiceQuery.all().withKind(InvoiceKind.CYCLE))).isEmpty();
    assertThat(
            invoices.search(
                InvoiceQuery.all().withIssued(Instant.parse("2026-03-11T00:00:00Z"), null)))
        .extracting(Invoice::id)
        .containsExactly(third.id());
  }

  @Test
  void sellerAndBuyerStayAsTheyWereAtIssue() {
    Invoice before = f.custom(ada, "1");
    Seller moved = Seller.named("Innkeeper Ltd", new Address("New St 2", "1000", "Bern", "CH"));
    Invoices after =
        f.engine(InvoiceSettings.of(moved).withTaxPolicy(german(PriceBasis.NET))).invoices();
    Invoice second =
        after.custom(
            new NewInvoice(ada.id(), Currency.EUR, List.of(line("x", "1")), null, null), "later");
    assertThat(second.seller().name()).isEqualTo("Innkeeper Ltd");
    assertThat(after.get(ada.id(), before.id()).seller().name()).isEqualTo("Innkeeper");
    assertThat(second.number()).isEqualTo("INV-2026-000002");
  }
}

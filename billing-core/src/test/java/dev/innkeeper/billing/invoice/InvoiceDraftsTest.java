package dev.innkeeper.billing.invoice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.invoice.tax.TaxPolicy;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.Conflict;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotFound;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InvoiceDraftsTest {
  private final InvoiceFixture f = new InvoiceFixture();
  private final InvoiceDrafts drafts = f.invoices.drafts();
  private final Customer ada = f.customer("Ada");
  private final ExecutorService others = Executors.newSingleThreadExecutor();

  /** How many wait for a lock. */
  private static final String WAITING =
      "select count(*) from pg_stat_activity"
          + " where datname = current_database() and wait_event_type = 'Lock'";

  @AfterEach
  void endTheOthers() {
    others.shutdownNow();
  }

  private NewInvoice wanted(String amount, @Nullable LocalDate dueDate) {
    return new NewInvoice(
        ada.id(),
        Currency.EUR,
        List.of(NewInvoice.Line.of("Consulting, \"two\" days 🏨", new BigDecimal(amount))),
        dueDate,
        null);
  }

  private static Amount eur(String amount) {
    return Amount.parse(amount, Currency.EUR);
  }

  @Test
  void aDraftIsChangedShownAndIssuedOnce() {
    StoredDraft draft = drafts.create(wanted("100.50", LocalDate.of(2026, 4, 1)), "k");
    assertThat(drafts.create(wanted("100.50", LocalDate.of(2026, 4, 1)), "k")).isEqualTo(draft);
    assertThat(f.count("select count(*) from @.invoice")).isZero();
    StoredDraft changed = drafts.change(draft.id(), 1, wanted("200.10", null));
    assertThat(changed.revision()).isEqualTo(2);
    assertThat(changed.content()).isEqualTo(wanted("200.10", null));
    assertThat(drafts.show(ada.id(), draft.id()).total()).isEqualTo(eur("200.10"));
    assertThat(drafts.show(ada.id(), draft.id()).status()).isEqualTo(InvoiceStatus.DRAFT);
    Invoice issued = drafts.issue(ada.id(), draft.id());
    assertThat(issued.number()).isEqualTo("INV-2026-000001");
    assertThat(issued.status()).isEqualTo(InvoiceStatus.OPEN);
    assertThat(issued.id()).isEqualTo(draft.id());
    assertThat(drafts.issue(ada.id(), draft.id())).isEqualTo(issued);
    assertThat(drafts.list(ada.id(), null, 10)).isEmpty();
    assertThat(f.count("select count(*) from @.invoice")).isEqualTo(1);
    InvoiceInvariants.hold(f.db);
  }

  @Test
  void whoChangesAnOldRevisionHearsOfIt() {
    StoredDraft draft = drafts.create(wanted("1", null), "k");
    drafts.change(draft.id(), 1, wanted("2", null));
    assertThatThrownBy(() -> drafts.change(draft.id(), 1, wanted("3", null)))
        .isInstanceOfSatisfying(
            Conflict.class, e -> assertThat(e.code()).isEqualTo("draft-changed"));
    assertThat(drafts.get(ada.id(), draft.id()).content()).isEqualTo(wanted("2", null));
  }

  @Test
  void aDeletedDraftIsGoneAndTakesNoNumber() {
    StoredDraft draft = drafts.create(wanted("1", null), "k");
    assertThat(drafts.delete(ada.id(), draft.id())).isTrue();
    assertThat(drafts.delete(ada.id(), draft.id())).isFalse();
    assertThatThrownBy(() -> drafts.issue(ada.id(), draft.id())).isInstanceOf(NotFound.class);
    assertThat(f.count("select count(*) from @.invoice_series")).isZero();
  }

  @Test
  void aDraftIsItsCustomersOnly() {
    Customer eve = f.customer("Eve");
    StoredDraft draft = drafts.create(wanted("1", null), "k");
    assertThatThrownBy(() -> drafts.get(eve.id(), draft.id())).isInstanceOf(NotFound.class);
    assertThatThrownBy(() -> drafts.issue(eve.id(), draft.id())).isInstanceOf(NotFound.class);
    assertThat(drafts.delete(eve.id(), draft.id())).isFalse();
    assertThat(drafts.list(eve.id(), null, 10)).isEmpty();
  }

  @Test
  void aDueDateThatPassedMeanwhileIsRefusedAtIssueAndTheDraftStays() {
    StoredDraft draft = drafts.create(wanted("1", LocalDate.of(2026, 3, 20)), "k");
    f.at("2026-03-21T00:00:00Z");
    assertThatThrownBy(() -> drafts.issue(ada.id(), draft.id()))
        .isInstanceOfSatisfying(
            InvalidInput.class, e -> assertThat(e.field()).isEqualTo("dueDate"));
    assertThat(drafts.list(ada.id(), null, 10)).containsExactly(draft);
    assertThatThrownBy(() -> drafts.create(wanted("1", LocalDate.of(2026, 3, 20)), "k2"))
        .isInstanceOf(InvalidInput.class);
  }

  @Test
  void aListIsPagedFromTheNewest() {
    StoredDraft first = drafts.create(wanted("1", null), "1");
    StoredDraft second = drafts.create(wanted("2", null), "2");
    assertThat(drafts.list(ada.id(), null, 1)).containsExactly(second);
    assertThat(drafts.list(ada.id(), second.id(), 10)).containsExactly(first);
  }

  @Test
  void everybodysDraftsAreFoundFromTheNewest() {
    StoredDraft first = drafts.create(wanted("1", null), "1");
    Customer eve = f.customer("Eve");
    StoredDraft second =
        drafts.create(
            new NewInvoice(eve.id(), Currency.EUR, wanted("2", null).lines(), null, null), "1");
    assertThat(drafts.search(null, 10)).containsExactly(second, first);
    assertThat(drafts.search(null, 1)).containsExactly(second);
    assertThat(drafts.search(second.id(), 10)).containsExactly(first);
  }

  /** What another does once issuing has read the draft; it may have to wait for the end of it. */
  private <T> Future<T> whileIssuing(StoredDraft draft, Callable<T> other) {
    AtomicReference<@Nullable Future<T>> begun = new AtomicReference<>();
    TaxPolicy interposed =
        subject -> {
          if (begun.get() == null) {
            Future<T> future = others.submit(other);
            begun.set(future);
            while (!future.isDone() && f.count(WAITING) == 0) {
              Thread.onSpinWait();
            }
          }
          return TaxPolicy.none().treat(subject);
        };
    try (BillingEngine node = f.engine(InvoiceSettings.standard().withTaxPolicy(interposed))) {
      Invoice issued = node.invoices().drafts().issue(ada.id(), draft.id());
      assertThat(issued.total()).isEqualTo(eur("1.00"));
    }
    return Objects.requireNonNull(begun.get());
  }

  @Test
  void whoChangesADraftThatIsBeingIssuedHearsOfIt() throws Exception {
    StoredDraft draft = drafts.create(wanted("1", null), "k");
    Future<StoredDraft> change =
        whileIssuing(draft, () -> drafts.change(draft.id(), 1, wanted("2", null)));
    assertThatThrownBy(change::get)
        .cause()
        .isInstanceOfSatisfying(
            Conflict.class, e -> assertThat(e.code()).isEqualTo("draft-changed"));
  }

  @Test
  void whoDiscardsADraftThatIsBeingIssuedHearsOfIt() throws Exception {
    StoredDraft draft = drafts.create(wanted("1", null), "k");
    assertThat(whileIssuing(draft, () -> drafts.delete(ada.id(), draft.id())).get()).isFalse();
  }
}

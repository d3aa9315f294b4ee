package dev.innkeeper.billing.invoice;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.customer.Address;
import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What was issued stays as it was, and who alters it is found out. */
class InvoiceContentTest {
  private final InvoiceFixture f = new InvoiceFixture();
  private final Customer ada =
      f.customer(
          NewCustomer.named("Ada \\N שלום", "ada@example.org", Currency.EUR)
              .withAddress(new Address("Rue \"1\"", null, "Paris", "FR")));

  @BeforeEach
  void allKindsAreIssued() {
    f.start(ada, "site", Map.of("size", "small"));
    f.start(ada, "forge", Map.of());
    f.at("2026-05-01T00:00:00Z");
    f.invoices.run(RunOptions.standard());
    Invoice custom =
        f.invoices.custom(
            new NewInvoice(
                ada.id(),
                Currency.EUR,
                List.of(
                    new NewInvoice.Line(
                        "custom",
                        "x",
                        new BigDecimal("1.50"),
                        "h",
                        new BigDecimal("1E+2"),
                        "standard"),
                    NewInvoice.Line.of("y", new BigDecimal("0.10"))),
                null,
                "note"),
            "c");
    f.invoices.creditNote(
        NewCreditNote.ofLines(
            ada.id(), custom.id(), Map.of(2, Amount.parse("0.05", Currency.EUR)), "late"),
        "n");
    assertThat(f.count("select count(*) from @.invoice")).isGreaterThan(3);
  }

  @Test
  void whatWasIssuedFitsItsHashWhateverBecomesOfIt() {
    assertThat(f.invoices.altered(10)).isEmpty();
    Invoice invoice = f.invoices.open(ada.id()).get(0);
    f.invoices.markUncollectible(ada.id(), invoice.id(), "gone");
    assertThat(f.invoices.altered(10)).isEmpty();
  }

  @Test
  void everyColumnOfAnInvoiceThatIsAlteredIsFound() {
    for (String change :
        List.of(
            "number = number || 'x'",
            "issued_at = issued_at + interval '1 second'",
            "due_at = due_at + interval '1 day'",
            "net = net + 1, tax = tax - 1",
            "note = 'other'",
            "buyer = buyer || '{\"name\":\"Eve\"}'",
            "tax_groups = jsonb_set(tax_groups, '{0,taxMinor}', '7')",
            "period_from = period_from - interval '1 day'",
            "content_hash = null")) {
      assertFound("update @.invoice set " + change + " where kind = 'CYCLE'");
    }
  }

  @Test
  void everyColumnOfALineThatIsAlteredIsFound() {
    for (String change :
        List.of(
            "description = description || ' '",
            "product_code = 'other'",
            "component = 'other'",
            "quantity = quantity + 1",
            "unit = 'x'",
            "unit_price = 0",
            "amount = amount + 1",
            "net = net + 1",
            "position = position + 100",
            "subscription_id = null",
            "from_at = from_at - interval '1 hour'",
            "to_at = to_at + interval '1 hour'",
            "explanation = 'other'")) {
      assertFound(
          "update @.invoice_line set "
              + change
              + " where invoice_id in (select id from @.invoice where kind = 'CYCLE')");
    }
    assertFound("delete from @.invoice_line");
    assertFound("update @.invoice_seller set details = details || '{\"name\":\"Eve\"}'");
  }

  @Test
  void whoForgesTheHashTooIsFoundByTheLedgersTransfer() {
    Invoice before = f.invoices.open(ada.id()).get(0);
    f.db.run(
        handle -> handle.execute("update @.invoice set note = 'forged' where id = ?", before.id()));
    Invoice forged = f.invoices.get(ada.id(), before.id());
    f.db.run(
        handle ->
            handle.execute(
                "update @.invoice set content_hash = ? where id = ?",
                new ContentHash().of(forged),
                before.id()));
    assertThat(f.invoices.altered(100))
        .containsExactly(
            "invoice " + before.number() + " has another hash than its transfer in the ledger");
  }

  /** Alters, looks, and takes it back. */
  private void assertFound(String sql) {
    List<String> findings = new ArrayList<>();
    try {
      f.db.run(
          handle -> {
            assertThat(handle.execute(sql)).as(sql).isPositive();
            findings.addAll(new ContentCheck(reader()).findings(handle, 100));
            throw new Undone();
          });
    } catch (Undone e) {
      assertThat(findings).as(sql).isNotEmpty();
    }
  }

  private InvoiceReader reader() {
    ObjectMapper json = BillingJson.mapper();
    return new InvoiceReader(
        json, new Sellers(f.db, json, f.clock, InvoiceSettings.standard().seller()));
  }

  /** Rolls back. */
  private static final class Undone extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }
}

package dev.innkeeper.billing.testing;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.customer.Address;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.invoice.Party;
import dev.innkeeper.billing.invoice.Seller;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.ledger.Transfer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.UUID;

/** Issues invoices without a billing run: for tests of how they are paid. */
public final class TestInvoices {
  private final Database db;
  private final BillingEngine engine;

  /** Over an engine's database, which gets a seller. */
  public TestInvoices(Database db, BillingEngine engine) {
    this.db = db;
    this.engine = engine;
    db.run(
        handle ->
            handle
                .createUpdate(
                    "insert into @.invoice_seller (code, version, details, created_at)"
                        + " values ('innkeeper', 1, cast(:d as jsonb), now())")
                .bind("d", json(Seller.named("Innkeeper", Address.NONE)))
                .execute());
  }

  /**
   * Issues an invoice due after two weeks, for the subscriptions, or for none in particular.
   *
   * @param number its number, which nobody else has
   * @param amount in EUR
   */
  public UUID issue(UUID customer, int number, Amount amount, Instant now, UUID... subscriptions) {
    UUID id = new UUID(0x019a_0000_0000_7000L + ((long) number << 16), number);
    return db.tx(
        handle -> {
          handle
              .createUpdate(
                  "insert into @.invoice (customer_id, id, kind, status, currency, seller_code,"
                      + " seller_version, series_year, series_number, number, issued_at, due_at,"
                      + " net, tax, total, open, tax_groups, buyer) values (:c, :id, 'CUSTOM',"
                      + " 'OPEN', 'EUR', 'innkeeper', 1, :year, :n, :number, :now, :due, :minor, 0,"
                      + " :minor, :minor, '[]', cast(:buyer as jsonb))")
              .bind("c", customer)
              .bind("id", id)
              .bind("year", now.atOffset(ZoneOffset.UTC).getYear())
              .bind("n", number)
              .bind("number", "INV-" + number)
              .bind("now", now.atOffset(ZoneOffset.UTC))
              .bind("due", now.plus(Duration.ofDays(14)).atOffset(ZoneOffset.UTC))
              .bind("minor", amount.minorUnits())
              .bind("buyer", json(new Party("Ada", null, Address.NONE, null, null, "en")))
              .execute();
          int position = 0;
          for (UUID subscription : subscriptions) {
            handle
                .createUpdate(
                    "insert into @.invoice_line (customer_id, invoice_id, position,"
                        + " subscription_id, product_code, component, description, quantity, unit,"
                        + " amount, net, tax_group, explanation) values (:c, :id, :p, :s, 'vm',"
                        + " 'month', 'VM', 1, 'piece', 0, 0, 0, '')")
                .bind("c", customer)
                .bind("id", id)
                .bind("p", ++position)
                .bind("s", subscription)
                .execute();
          }
          engine
              .ledger()
              .require(
                  Transfer.builder(id, "invoice-issued")
                      .debit(Accounts.receivable(customer, Currency.EUR), amount)
                      .credit(Accounts.revenue("vm", Currency.EUR), amount)
                      .build());
          return id;
        });
  }

  private static String json(Object value) {
    return BillingJson.write(BillingJson.mapper(), value);
  }
}

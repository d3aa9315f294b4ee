package dev.innkeeper.billing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.invoice.InvoiceStatus;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.subscription.NewSubscription;
import dev.innkeeper.billing.testing.MutableClock;
import dev.innkeeper.billing.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** The README's example, run; and the README, held against it. */
class ReadmeExampleTest {
  private final DataSource dataSource = TestDatabase.createDataSource();
  private final MutableClock clock = MutableClock.at("2027-01-01T00:00:00Z");

  @Test
  void fromNothingToAPaidInvoice() {
    // README
    BillingEngine engine =
        BillingEngine.builder().dataSource(dataSource).clock(clock).sandbox().migrate().build();

    String prices =
        """
        products:
          - code: site
            name: Web site
            billing: in-arrears
            prices:
              - currency: EUR
                effective: 2027-01-01T00:00:00Z
                components:
                  - {code: hours, name: Hours, per: hour, price: 0.00694, monthlyCap: 4.99}
        """;
    engine.catalog().apply(prices, "me");

    UUID ada =
        engine
            .customers()
            .register(NewCustomer.named("Ada", "ada@example.org", Currency.EUR), "sign-up-1")
            .id();
    engine.paymentMethods().add(ada, "sandbox", "4242424242424242", null);
    engine.subscriptions().start(NewSubscription.of(ada, "site", Currency.EUR), "start-1");

    clock.advance(Duration.ofDays(31));
    engine.runDue(Duration.ofSeconds(10));

    Invoice invoice = engine.invoices().list(ada, null, 10).get(0);
    System.out.println(invoice.number() + " " + invoice.total() + " " + invoice.status());
    // end
    assertThat(invoice.status()).isEqualTo(InvoiceStatus.PAID);
    assertThat(invoice.total()).isEqualTo(Amount.parse("4.99", Currency.EUR));
    assertThat(engine.audit().run().clean()).isTrue();
  }

  @Test
  void theReadmeShowsThisVeryCode() throws IOException {
    String source =
        Files.readString(Path.of("src/test/java/dev/innkeeper/billing/ReadmeExampleTest.java"));
    String start = "    // README\n";
    String code =
        source
            .substring(source.indexOf(start) + start.length(), source.indexOf("    // end\n"))
            .replaceAll("(?m)^    ", "");
    assertThat(Files.readString(Path.of("../README.md"))).contains("```java\n" + code + "```");
  }
}

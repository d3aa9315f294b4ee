package dev.innkeeper.server.mail;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.invoice.NewInvoice;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.testing.MutableClock;
import dev.innkeeper.billing.testing.TestDatabase;
import dev.innkeeper.documents.InvoiceDocuments;
import dev.innkeeper.server.config.ConfigKey;
import dev.innkeeper.server.config.ConfigReader;
import dev.innkeeper.server.config.ServerConfig;
import dev.innkeeper.server.config.ServerConfig.Smtp;
import dev.innkeeper.server.documents.InvoiceFiles;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;

/** An engine whose events are told by mail, with clocks that stand. */
final class MailBench implements AutoCloseable {
  private static final InvoiceDocuments DOCUMENTS = InvoiceDocuments.standard();

  final MutableClock engineClock = MutableClock.at("2026-03-01T00:00:00Z");
  final MutableClock realClock = MutableClock.at("2026-11-21T00:00:00Z");
  final ServerConfig config;
  final Mails mails;
  final BillingEngine engine;

  /**
   * @param smtpPort null for no server
   */
  MailBench(@Nullable Integer smtpPort) {
    DataSource dataSource = TestDatabase.createDataSource();
    Flyway.configure()
        .dataSource(dataSource)
        .schemas("server")
        .defaultSchema("server")
        .table("schema_history")
        .locations("classpath:dev/innkeeper/server/migration")
        .load()
        .migrate();
    this.config =
        new ConfigReader()
            .option(ConfigKey.SELLER_NAME, "Gasthaus GmbH", "test")
            .option(ConfigKey.HTTP_PUBLIC_URL, "https://billing.example.org", "test")
            .option(ConfigKey.MAIL_HOST, smtpPort == null ? null : "127.0.0.1", "test")
            .option(ConfigKey.MAIL_PORT, smtpPort, "test")
            .option(ConfigKey.MAIL_TLS, "none", "test")
            .option(ConfigKey.MAIL_FROM, "billing@gasthaus.example", "test")
            .read();
    this.mails =
        Mails.create(new Database(dataSource, "server"), realClock, Mails.Texts.read(null), config);
    this.engine =
        BillingEngine.builder()
            .dataSource(dataSource)
            .schema("billing")
            .clock(engineClock)
            .migrate()
            .hook(mails.hook())
            .build();
  }

  MailWorker worker() {
    return mails.worker(engine, DOCUMENTS, InvoiceFiles.of(engine, DOCUMENTS));
  }

  MailWorker worker(Post post) {
    return mails.worker(engine, DOCUMENTS, InvoiceFiles.of(engine, DOCUMENTS), post);
  }

  Post smtp() {
    Smtp smtp = config.mail().smtp();
    if (smtp == null) {
      throw new IllegalStateException("this bench has no server");
    }
    return new SmtpPost(smtp, "Gasthaus GmbH");
  }

  UUID customer(String name, String language) {
    return engine
        .customers()
        .register(
            NewCustomer.named(name, UUID.randomUUID() + "@example.org", Currency.EUR)
                .withLanguage(language),
            UUID.randomUUID().toString())
        .id();
  }

  Invoice invoice(UUID customerId) {
    return engine
        .invoices()
        .custom(
            new NewInvoice(
                customerId,
                Currency.EUR,
                List.of(NewInvoice.Line.of("Set-up", new BigDecimal("1234.50"))),
                null,
                null),
            UUID.randomUUID().toString());
  }

  /** Delivers events to the hook. */
  void deliver() {
    engine.runDue(Duration.ofSeconds(20));
  }

  List<Mail> all() {
    return mails.list(null, null, 100);
  }

  @Override
  public void close() {
    engine.close();
  }
}

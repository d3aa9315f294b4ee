package dev.innkeeper.server.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetup;
import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.invoice.NewCreditNote;
import dev.innkeeper.billing.problem.NotAllowed;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MailTest {
  private GreenMail smtp;
  private MailBench bench;

  @BeforeEach
  void open() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    ServerSetup setup = new ServerSetup(port, "127.0.0.1", ServerSetup.PROTOCOL_SMTP);
    setup.setServerStartupTimeout(60_000);
    smtp = new GreenMail(setup);
    smtp.start();
    bench = new MailBench(port);
  }

  @AfterEach
  void close() {
    bench.close();
    smtp.stop();
  }

  private static String id(MimeMessage message) throws Exception {
    return message.getHeader("Message-ID")[0];
  }

  /** The end of a process, as far as a worker can tell. */
  private static final class Killed extends Error {}

  /** A server that is down. */
  private static final class Refusing implements Post {
    @Override
    public String domain() {
      return "gasthaus.example";
    }

    @Override
    public void handOver(Letter letter) throws NotHandedOver {
      throw new NotHandedOver("down", new IOException("down"));
    }
  }

  /** Counts letters, and does what it is told with them. */
  private static final class Counting implements Post {
    final List<String> ids = Collections.synchronizedList(new ArrayList<>());

    @Override
    public String domain() {
      return "gasthaus.example";
    }

    @Override
    public void handOver(Letter letter) {
      ids.add(letter.messageId());
    }
  }

  @Test
  void anInvoiceIsMailedWithItsPdfInTheCustomersLanguage() throws Exception {
    UUID ada = bench.customer("Ada Söhne", "de");
    Invoice invoice = bench.invoice(ada);
    bench.deliver();

    try (MailWorker worker = bench.worker()) {
      assertThat(worker.writeDue()).isEqualTo(1);
      assertThat(worker.sendDue()).isEqualTo(1);
      assertThat(worker.writeDue() + worker.sendDue()).isZero();
    }

    assertThat(smtp.getReceivedMessages()).hasSize(1);
    MimeMessage message = smtp.getReceivedMessages()[0];
    assertThat(message.getSubject())
        .isEqualTo("Rechnung " + invoice.number() + " von Gasthaus GmbH");
    assertThat(message.getFrom()[0].toString()).contains("billing@gasthaus.example");
    assertThat(message.getAllRecipients()).hasSize(1);
    assertThat(message.getHeader("Auto-Submitted")).containsExactly("auto-generated");
    assertThat(id(message)).endsWith("@gasthaus.example>");
    String whole = GreenMailUtil.getWholeMessage(message);
    assertThat(whole)
        .contains("text/plain", "text/html", "application/pdf", invoice.number() + ".pdf");
    Mail kept = bench.all().get(0);
    assertThat(kept.status()).isEqualTo(MailStatus.SENT);
    assertThat(kept.text().plain().replace('\u00a0', ' '))
        .contains("Guten Tag Ada Söhne", "1.234,50 EUR", "https://billing.example.org/invoices");
  }

  @Test
  void aCreditNoteIsCalledOne() {
    UUID jo = bench.customer("Jo", "fr");
    Invoice invoice = bench.invoice(jo);
    Invoice note =
        bench.engine.invoices().creditNote(NewCreditNote.ofAll(jo, invoice.id(), "Non"), "n");
    bench.deliver();
    try (MailWorker worker = bench.worker()) {
      worker.writeDue();
    }

    assertThat(bench.all())
        .extracting(mail -> mail.text().subject())
        .contains(
            "Facture " + invoice.number() + " de Gasthaus GmbH",
            "Avoir " + note.number() + " de Gasthaus GmbH");
  }

  @Test
  void anEventDeliveredAgainIsToldOnce() {
    UUID ada = bench.customer("Ada", "en");
    bench.invoice(ada);
    bench.deliver();
    bench
        .engine
        .events()
        .of(ada, 0, 10)
        .forEach(event -> bench.engine.events().replay(ada, event.seq()));
    bench.deliver();

    assertThat(bench.all()).hasSize(1);
  }

  @Test
  void whileTheServerIsDownMailsWaitAndBillingGoesOn() {
    UUID ada = bench.customer("Ada", "en");
    bench.invoice(ada);
    bench.deliver();
    smtp.stop();

    try (MailWorker worker = bench.worker()) {
      worker.writeDue();
      worker.sendDue();
      Mail waiting = bench.all().get(0);
      assertThat(waiting.status()).isEqualTo(MailStatus.READY);
      assertThat(waiting.attempts()).isEqualTo(1);
      assertThat(waiting.error()).isNotBlank();
      assertThat(worker.sendDue()).isZero();
      bench.invoice(ada);
      bench.deliver();
      assertThat(bench.engine.events().parked(10)).isEmpty();

      smtp.start();
      bench.realClock.advance(Duration.ofSeconds(30));
      worker.writeDue();
      assertThat(worker.sendDue()).isEqualTo(2);
    }

    assertThat(bench.all()).extracting(Mail::status).containsOnly(MailStatus.SENT);
    assertThat(smtp.getReceivedMessages()).hasSize(2);
  }

  @Test
  void afterTheLastTryAMailIsGivenUpAndCanBeSentAgain() {
    UUID ada = bench.customer("Ada", "en");
    bench.invoice(ada);
    bench.deliver();
    smtp.stop();

    try (MailWorker worker = bench.worker()) {
      worker.writeDue();
      for (int attempt = 1; attempt <= MailWorker.ATTEMPTS_MAX; attempt++) {
        assertThat(worker.sendDue()).as("attempt " + attempt).isEqualTo(1);
        bench.realClock.advance(Duration.ofHours(4));
      }
      assertThat(worker.sendDue()).isZero();
      Mail parked = bench.all().get(0);
      assertThat(parked.status()).isEqualTo(MailStatus.PARKED);

      smtp.start();
      bench.mails.sendAgain(ada, parked.id());
      assertThat(worker.sendDue()).isEqualTo(1);
    }

    assertThat(bench.all().get(0).status()).isEqualTo(MailStatus.SENT);
  }

  @Test
  void aSenderThatDiesAfterSendingLeavesAMailThatIsSentAgainUnderTheSameId() throws Exception {
    UUID ada = bench.customer("Ada", "en");
    bench.invoice(ada);
    bench.deliver();
    Post real = bench.smtp();
    Post dying =
        new Post() {
          @Override
          public String domain() {
            return real.domain();
          }

          @Override
          public void handOver(Letter letter) throws NotHandedOver {
            real.handOver(letter);
            throw new Killed();
          }
        };

    try (MailWorker worker = bench.worker(dying)) {
      worker.writeDue();
      assertThatThrownBy(worker::sendDue).isInstanceOf(Killed.class);
    }
    assertThat(bench.all().get(0).status()).isEqualTo(MailStatus.READY);
    try (MailWorker next = bench.worker()) {
      assertThat(next.sendDue()).isZero();
      bench.realClock.advance(MailWorker.LEASE);
      assertThat(next.sendDue()).isEqualTo(1);
      assertThat(smtp.getReceivedMessages()).hasSize(2);
      assertThat(id(smtp.getReceivedMessages()[1])).isEqualTo(id(smtp.getReceivedMessages()[0]));

      bench.mails.sendAgain(ada, bench.all().get(0).id());
      next.sendDue();
    }
    assertThat(smtp.getReceivedMessages()).hasSize(3);
    assertThat(id(smtp.getReceivedMessages()[2])).isNotEqualTo(id(smtp.getReceivedMessages()[0]));
  }

  @Test
  void workersOfSeveralNodesSendEachMailOnce() throws Exception {
    UUID ada = bench.customer("Ada", "en");
    for (int i = 0; i < 30; i++) {
      bench.invoice(ada);
    }
    bench.deliver();
    Counting post = new Counting();
    ExecutorService nodes = Executors.newFixedThreadPool(4);
    CountDownLatch start = new CountDownLatch(1);
    List<Future<?>> running = new ArrayList<>();
    for (int node = 0; node < 4; node++) {
      running.add(
          nodes.submit(
              () -> {
                try (MailWorker worker = bench.worker(post)) {
                  start.await();
                  while (worker.writeDue() + worker.sendDue() > 0) {
                    // Until nothing is due.
                  }
                }
                return null;
              }));
    }
    start.countDown();
    for (Future<?> one : running) {
      one.get();
    }
    nodes.shutdown();
    try (MailWorker rest = bench.worker(post)) {
      while (rest.writeDue() + rest.sendDue() > 0) {
        // What one node wrote after another had looked.
      }
    }

    assertThat(post.ids).hasSize(30).doesNotHaveDuplicates();
  }

  @Test
  void withoutAServerMailsAreWrittenAndKept() {
    try (MailBench quiet = new MailBench(null)) {
      UUID ada = quiet.customer("Ada", "en");
      quiet.invoice(ada);
      quiet.deliver();
      try (MailWorker worker = quiet.worker()) {
        worker.writeDue();
        assertThat(worker.sendDue()).isZero();
      }
      Mail kept = quiet.all().get(0);
      assertThat(kept.status()).isEqualTo(MailStatus.HELD);
      assertThat(kept.text().subject()).startsWith("Invoice INV-");
      assertThatThrownBy(() -> quiet.mails.sendAgain(ada, kept.id()))
          .isInstanceOf(NotAllowed.class)
          .hasMessageContaining("mail.host");
    }
  }

  @Test
  void aNodeWithoutAServerLeavesWhatAnotherIsTrying() {
    try (MailBench quiet = new MailBench(null)) {
      quiet.invoice(quiet.customer("Ada", "en"));
      quiet.deliver();
      try (MailWorker other = quiet.worker(new Refusing())) {
        other.writeDue();
        other.sendDue();
      }
      quiet.invoice(quiet.customer("Ben", "en"));
      quiet.deliver();
      try (MailWorker worker = quiet.worker()) {
        worker.writeDue();
      }
      assertThat(quiet.all())
          .extracting(Mail::status)
          .containsExactlyInAnyOrder(MailStatus.READY, MailStatus.HELD);
    }
  }
}

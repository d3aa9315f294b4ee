package dev.innkeeper.server.mail;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.server.documents.InvoiceFile;
import dev.innkeeper.server.documents.InvoiceFiles;
import dev.innkeeper.server.documents.InvoiceForm;
import dev.innkeeper.server.mail.MailStore.Held;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes and sends mails that are due. Each is claimed for a limited time, so that several nodes
 * may work, and sent at least once: a worker that dies between sending and marking leaves a mail
 * that is sent again under the same message id. Thread-safe.
 */
public final class MailWorker implements AutoCloseable {
  static final int ATTEMPTS_MAX = 12;
  static final Duration LEASE = Duration.ofMinutes(10);
  private static final Duration BACKOFF_FIRST = Duration.ofSeconds(30);
  private static final Duration BACKOFF_MAX = Duration.ofHours(4);
  private static final Logger LOG = LoggerFactory.getLogger(MailWorker.class);

  private final Parts parts;
  private final @Nullable Post post;
  private final ScheduledExecutorService thread;

  /** What it stands on. */
  record Parts(
      Database server, MailStore store, MailWriter writer, InvoiceFiles files, Clock clock) {}

  /**
   * @param post null when there is no way to send
   */
  MailWorker(Parts parts, @Nullable Post post) {
    this.parts = parts;
    this.post = post;
    this.thread =
        Executors.newSingleThreadScheduledExecutor(
            runnable -> {
              Thread worker = new Thread(runnable, "mail");
              worker.setDaemon(true);
              return worker;
            });
  }

  /** Begins to look for due mails, again after each pause. */
  public void start(Duration pause) {
    var unused =
        thread.scheduleWithFixedDelay(this::runSafely, 0, pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void runSafely() {
    try {
      while (!thread.isShutdown() && writeDue() + sendDue() > 0) {
        // Until nothing is due.
      }
    } catch (RuntimeException e) {
      LOG.error("mails failed, and are tried again", e);
    }
  }

  /**
   * Writes a batch of mails that are due, without sending them. Whoever has all due work done waits
   * for what the worker is writing at that moment.
   *
   * @return how many were worked on
   */
  public synchronized int writeDue() {
    List<Held> due = claim(MailStatus.NEW);
    due.forEach(this::write);
    if (post == null && !due.isEmpty()) {
      int held = parts.server().tx(parts.store()::hold);
      LOG.debug("{} mails are kept, since no SMTP server is set", held);
    }
    return due.size();
  }

  /**
   * Sends a batch of mails that are due.
   *
   * @return how many were worked on
   */
  int sendDue() {
    Post way = post;
    if (way == null) {
      return 0;
    }
    List<Held> due = claim(MailStatus.READY);
    due.forEach(held -> send(held, way));
    return due.size();
  }

  private List<Held> claim(MailStatus status) {
    Instant now = parts.clock().instant();
    return parts.server().tx(handle -> parts.store().claim(handle, status, now, now.plus(LEASE)));
  }

  private void write(Held held) {
    try {
      MailWriter.Written written = parts.writer().write(held.mail());
      Instant now = parts.clock().instant();
      note(
          held,
          parts
              .server()
              .tx(
                  handle ->
                      parts
                          .store()
                          .written(handle, held, written.text(), written.invoiceIds(), now)));
    } catch (MailWriter.Unwritable e) {
      giveUp(held, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.warn("mail {} could not be written", held.mail().id(), e);
      failed(held, "could not be written: " + e);
    }
  }

  private void send(Held held, Post way) {
    parts.server().requireNoTransaction();
    Mail mail = held.mail();
    MailText text = mail.text();
    if (text == null) {
      throw new IllegalStateException("mail " + mail.id() + " is ready and was never written");
    }
    try {
      List<InvoiceFile> enclosures =
          mail.invoiceIds().stream()
              .map(id -> parts.files().get(mail.customerId(), id, InvoiceForm.PDF))
              .toList();
      way.handOver(new Post.Letter(mail.messageId(way.domain()), text, enclosures));
      Instant now = parts.clock().instant();
      note(held, parts.server().tx(handle -> parts.store().sent(handle, held, now)));
    } catch (Post.NotHandedOver e) {
      LOG.warn("mail {} was not sent: {}", mail.id(), e.getMessage());
      failed(held, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.warn("mail {} could not be sent", mail.id(), e);
      failed(held, "could not be sent: " + e);
    }
  }

  private void failed(Held held, String error) {
    int attempts = held.mail().attempts() + 1;
    Instant nextAt =
        attempts >= ATTEMPTS_MAX ? null : parts.clock().instant().plus(backoff(attempts));
    note(held, parts.server().tx(handle -> parts.store().failed(handle, held, error, nextAt)));
  }

  private void giveUp(Held held, String error) {
    note(held, parts.server().tx(handle -> parts.store().failed(handle, held, error, null)));
  }

  private static void note(Held held, boolean ours) {
    if (!ours) {
      LOG.warn("mail {} took longer than {} and was taken over", held.mail().id(), LEASE);
    }
  }

  private static Duration backoff(int attempts) {
    Duration pause = BACKOFF_FIRST.multipliedBy(1L << Math.min(attempts - 1, 10));
    return pause.compareTo(BACKOFF_MAX) < 0 ? pause : BACKOFF_MAX;
  }

  /** Ends the thread. What it was at is taken up again when its claim runs out. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(20, TimeUnit.SECONDS)) {
        LOG.warn("mails did not end in 20 s; what they were at is done again");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

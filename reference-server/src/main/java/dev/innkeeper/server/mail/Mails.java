package dev.innkeeper.server.mail;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.event.EventHook;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.problem.NotFound;
import dev.innkeeper.documents.InvoiceDocuments;
import dev.innkeeper.server.config.ServerConfig;
import dev.innkeeper.server.config.ServerConfig.Smtp;
import dev.innkeeper.server.documents.InvoiceFiles;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Mails to customers: what was sent, what waits, what was given up on. Thread-safe.
 *
 * <p>An event is noted by {@link #hook} after it happened, written and sent by a {@link MailWorker}
 * apart from it. What can't be sent waits, is tried again with growing pauses, and is given up on
 * after the last try, visibly.
 */
public final class Mails {
  private final Database server;
  private final Clock clock;
  private final MailTemplates templates;
  private final MailStore store = new MailStore();
  private final ServerConfig config;

  private Mails(Database server, Clock clock, MailTemplates templates, ServerConfig config) {
    this.server = server;
    this.clock = clock;
    this.templates = templates;
    this.config = config;
  }

  /** The texts of mails, read and checked. */
  public static final class Texts {
    private final MailTemplates templates;

    private Texts(MailTemplates templates) {
      this.templates = templates;
    }

    /**
     * @param folder an operator's; null for the built-in texts alone
     * @throws InvalidInput whose field is file and line, when something can't be used
     */
    public static Texts read(@Nullable Path folder) {
      return new Texts(MailTemplates.read(folder));
    }
  }

  /**
   * @param server transactions on the server's own schema, migrated
   * @param clock the machine's, never a trial's: SMTP servers take real seconds
   */
  public static Mails create(Database server, Clock clock, Texts texts, ServerConfig config) {
    return new Mails(server, clock, texts.templates, config);
  }

  /** For {@code BillingEngine.Builder.hook}. */
  public EventHook hook() {
    return new MailHook(server, store, templates, clock).eventHook();
  }

  /** Who writes and sends. */
  public MailWorker worker(BillingEngine engine, InvoiceDocuments documents, InvoiceFiles files) {
    Smtp smtp = config.mail().smtp();
    Post post = smtp == null ? null : new SmtpPost(smtp, config.seller().name());
    return worker(engine, documents, files, post);
  }

  MailWorker worker(
      BillingEngine engine, InvoiceDocuments documents, InvoiceFiles files, @Nullable Post post) {
    MailValues values =
        new MailValues(
            engine, documents, Map.of("shop", config.seller().name(), "url", publicUrl()));
    return new MailWorker(
        new MailWorker.Parts(
            server, store, new MailWriter(engine, templates, values), files, clock),
        post);
  }

  private String publicUrl() {
    ServerConfig.Http http = config.http();
    if (!http.publicUrl().isEmpty()) {
      return http.publicUrl();
    }
    return http.port() == 0 ? "" : "http://" + http.host() + ":" + http.port();
  }

  /** Whether mails leave at all. */
  public boolean isSending() {
    return config.mail().smtp() != null;
  }

  /**
   * A mail.
   *
   * @throws NotFound when there is none
   */
  public Mail get(UUID customerId, UUID id) {
    return server
        .tx(handle -> store.find(handle, customerId, id))
        .orElseThrow(() -> new NotFound("mail", id.toString()));
  }

  /**
   * Everybody's mails, the latest first.
   *
   * @param status null for any
   * @param after the {@link #cursor} of the last one of the page before; null for the first page
   */
  public List<Mail> list(@Nullable MailStatus status, @Nullable String after, int limit) {
    MailStore.Cursor cursor = after == null ? null : cursor(after);
    return server.tx(handle -> store.list(handle, status, cursor, limit));
  }

  /** Where a list goes on after this mail. */
  public static String cursor(Mail mail) {
    return mail.occurredAt().toString() + "_" + mail.id();
  }

  private static MailStore.Cursor cursor(String text) {
    String[] parts = text.split("_", 2);
    try {
      return new MailStore.Cursor(
          Instant.parse(parts[0]), UUID.fromString(parts[parts.length - 1]));
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new InvalidInput("after", "must be what the page before gave as next");
    }
  }

  /**
   * Has a mail sent, again if it was sent before, at the next look.
   *
   * @throws NotFound when there is none
   * @throws NotAllowed with code {@code no-smtp} when no server is set
   */
  public void sendAgain(UUID customerId, UUID id) {
    if (!isSending()) {
      throw new NotAllowed("no-smtp", "no SMTP server is set; set mail.host first");
    }
    if (!server.tx(handle -> store.again(handle, customerId, id, clock.instant()))) {
      throw new NotFound("mail", id.toString());
    }
  }
}

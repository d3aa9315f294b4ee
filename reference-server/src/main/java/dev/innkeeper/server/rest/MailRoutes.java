package dev.innkeeper.server.rest;

import dev.innkeeper.server.mail.Mail;
import dev.innkeeper.server.mail.MailStatus;
import dev.innkeeper.server.mail.Mails;
import dev.innkeeper.server.rest.Endpoint.Caller;
import dev.innkeeper.server.runtime.Services;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Mails to customers, for an operator. */
final class MailRoutes {
  private final Services services;
  private final Requests requests;

  MailRoutes(Services services, Requests requests) {
    this.services = services;
    this.requests = requests;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get(
                "/v1/admin/mails",
                Caller.ADMIN,
                "Mails that were sent, wait or were given up on, the latest first.",
                this::list)
            .withQuery("status", "after", "limit"),
        Endpoint.get(
            "/v1/admin/customers/{id}/mails/{mail}",
            Caller.ADMIN,
            "A mail with its text, and what became of it.",
            this::one),
        Endpoint.post(
            "/v1/admin/customers/{id}/mails/{mail}/send",
            Caller.ADMIN,
            "Sends a mail, again if it was sent before.",
            this::send));
  }

  /** A mail without its texts. */
  record Item(
      UUID customerId,
      UUID id,
      String event,
      Instant occurredAt,
      MailStatus status,
      @Nullable String recipient,
      @Nullable String subject,
      List<UUID> invoiceIds,
      int attempts,
      @Nullable String error,
      @Nullable Instant sentAt) {
    static Item of(Mail mail) {
      return new Item(
          mail.customerId(),
          mail.id(),
          mail.eventType(),
          mail.occurredAt(),
          mail.status(),
          mail.text() == null ? null : mail.text().recipient(),
          mail.text() == null ? null : mail.text().subject(),
          mail.invoiceIds(),
          mail.attempts(),
          mail.error(),
          mail.sentAt());
    }
  }

  /** A mail with its text; null until it was written. */
  record Whole(Item mail, @Nullable String text) {}

  private void one(Context ctx) {
    Mail mail = services.mails().get(requests.id(ctx, "id"), requests.id(ctx, "mail"));
    requests.write(
        ctx, 200, new Whole(Item.of(mail), mail.text() == null ? null : mail.text().plain()));
  }

  private void list(Context ctx) {
    int limit = requests.limit(ctx);
    List<Mail> found =
        services
            .mails()
            .list(requests.word(ctx, "status", MailStatus.class), requests.cursor(ctx), limit + 1);
    requests.page(ctx, found, limit, Mails::cursor, Item::of);
  }

  private void send(Context ctx) {
    services.mails().sendAgain(requests.id(ctx, "id"), requests.id(ctx, "mail"));
    ctx.status(204);
  }
}

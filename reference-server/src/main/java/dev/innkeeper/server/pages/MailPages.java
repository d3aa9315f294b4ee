package dev.innkeeper.server.pages;

import dev.innkeeper.billing.problem.NotFound;
import dev.innkeeper.server.mail.Mail;
import dev.innkeeper.server.mail.MailStatus;
import dev.innkeeper.server.mail.MailText;
import dev.innkeeper.server.mail.Mails;
import dev.innkeeper.server.pages.Layout.Link;
import dev.innkeeper.server.runtime.Services;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What an admin sees of mails to customers: sent, waiting, given up on. */
final class MailPages extends PageRoutes {
  private static final int PAGE = 50;
  private static final String MAILS = "/admin/mails";
  private static final String HTML_POLICY =
      "default-src 'none'; style-src 'unsafe-inline'; sandbox; form-action 'none';"
          + " frame-ancestors 'none'; base-uri 'none'";

  MailPages(Services services, Renderer renderer) {
    super(services, renderer);
  }

  void addTo(RoutesConfig routes) {
    String one = "/admin/customers/{id}/mails/{mail}";
    routes.get(MAILS, ctx -> forAdmin(ctx, this::list));
    routes.get(one, ctx -> forAdmin(ctx, this::mail));
    routes.get(one + "/html", ctx -> forAdmin(ctx, (c, visit) -> html(c)));
    routes.post(one + "/send", ctx -> forAdmin(ctx, this::send));
  }

  private void list(Context ctx, Visit visit) {
    MailStatus status = status(ctx.queryParam("state"));
    List<Mail> found = services.mails().list(status, ctx.queryParam("after"), PAGE + 1);
    List<Link> links = new ArrayList<>();
    links.add(new Link(MAILS, "All", status == null));
    MailStatus unsent = services.mails().isSending() ? MailStatus.READY : MailStatus.HELD;
    for (MailStatus one : List.of(MailStatus.SENT, unsent, MailStatus.PARKED)) {
      links.add(new Link(MAILS + "?state=" + word(one), badge(one).text(), one == status));
    }
    String next = null;
    if (found.size() > PAGE) {
      next =
          MAILS
              + "?"
              + (status == null ? "" : "state=" + word(status) + "&")
              + "after="
              + URLEncoder.encode(Mails.cursor(found.get(PAGE - 1)), StandardCharsets.UTF_8);
    }
    show(
        ctx,
        visit,
        "Mails",
        "admin/mails.jte",
        Map.of(
            "view",
            new MailView.Mails(
                found.stream().limit(PAGE).map(this::row).toList(),
                links,
                services.mails().isSending(),
                next)));
  }

  private static String word(MailStatus status) {
    return status.name().toLowerCase(Locale.ROOT);
  }

  private static @Nullable MailStatus status(@Nullable String word) {
    for (MailStatus status : MailStatus.values()) {
      if (word(status).equals(word)) {
        return status;
      }
    }
    return null;
  }

  private MailView.Row row(Mail mail) {
    MailText text = mail.text();
    return new MailView.Row(
        "/admin/customers/" + mail.customerId() + "/mails/" + mail.id(),
        Show.minute(mail.occurredAt(), ZoneOffset.UTC),
        text == null
            ? services.engine().customers().get(mail.customerId()).email()
            : text.recipient(),
        text == null ? "Not written yet" : text.subject(),
        mail.eventType(),
        badge(mail.status()));
  }

  private View.Badge badge(MailStatus status) {
    return switch (status) {
      case NEW -> new View.Badge("", "To be written");
      case HELD -> new View.Badge("warn", "Not sent: no SMTP");
      case READY ->
          services.mails().isSending()
              ? new View.Badge("warn", "Waiting")
              : new View.Badge("warn", "Not sent: no SMTP");
      case SENT -> new View.Badge("good", "Sent");
      case PARKED -> new View.Badge("bad", "Given up");
    };
  }

  private Mail find(Context ctx) {
    return services.mails().get(id(ctx, "id"), id(ctx, "mail"));
  }

  private void mail(Context ctx, Visit visit) {
    Mail mail = find(ctx);
    MailText text = mail.text();
    Instant sentAt = mail.sentAt();
    List<Link> enclosures = new ArrayList<>();
    for (UUID invoice : mail.invoiceIds()) {
      String number = services.engine().invoices().get(mail.customerId(), invoice).number();
      enclosures.add(
          new Link(
              "/admin/customers/" + mail.customerId() + "/invoices/" + invoice + "/pdf",
              number + ".pdf",
              false));
    }
    boolean sendable = services.mails().isSending() && mail.status() != MailStatus.NEW;
    MailView.Mail view =
        new MailView.Mail(
            row(mail),
            text == null ? null : text.plain(),
            sentAt == null ? "–" : Show.minute(sentAt, ZoneOffset.UTC),
            Integer.toString(mail.attempts()),
            mail.error(),
            enclosures,
            sendable,
            mail.status() == MailStatus.SENT ? "Send again" : "Send now");
    show(ctx, visit, view.head().subject(), "admin/mail.jte", Map.of("view", view));
  }

  private void html(Context ctx) {
    MailText text = find(ctx).text();
    if (text == null) {
      throw new NotFound("mail", ctx.pathParam("mail"));
    }
    ctx.header("Content-Security-Policy", HTML_POLICY);
    ctx.html(text.html());
  }

  private void send(Context ctx, Visit visit) {
    UUID customer = id(ctx, "id");
    UUID mail = id(ctx, "mail");
    String page = "/admin/customers/" + customer + "/mails/" + mail;
    act(
        ctx,
        visit,
        page,
        page,
        () -> {
          services.mails().sendAgain(customer, mail);
          return "The mail is sent in a moment.";
        });
  }
}

package dev.innkeeper.server.pages;

import dev.innkeeper.server.pages.Layout.Link;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the pages about mails show. */
public final class MailView {
  private MailView() {}

  /** One line of a list of mails. */
  public record Row(
      String href, String at, String recipient, String subject, String event, View.Badge status) {}

  /**
   * Mails, the latest first.
   *
   * @param sending whether an SMTP server is set
   * @param next where the next page begins; null at the end
   */
  public record Mails(List<Row> rows, List<Link> states, boolean sending, @Nullable String next) {}

  /**
   * One mail.
   *
   * @param text null until it was written
   * @param error what went wrong at the last try; null when nothing did
   * @param sendable whether it can be sent, again if it was sent before
   * @param button what the button that sends it says
   */
  public record Mail(
      Row head,
      @Nullable String text,
      String sentAt,
      String attempts,
      @Nullable String error,
      List<Link> enclosures,
      boolean sendable,
      String button) {}
}

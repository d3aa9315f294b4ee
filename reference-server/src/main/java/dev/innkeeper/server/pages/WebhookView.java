package dev.innkeeper.server.pages;

import dev.innkeeper.server.pages.View.Badge;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the pages of webhooks, events and due work show, as text ready to be escaped. */
public final class WebhookView {
  private WebhookView() {}

  /** Every endpoint, and the form that adds one. */
  public record All(List<Row> rows, List<String> eventTypes, String key) {}

  /** One endpoint in the list. */
  public record Row(
      String href,
      String url,
      String description,
      String events,
      Badge status,
      String waiting,
      String parked,
      String last) {}

  /**
   * One endpoint.
   *
   * @param secret shown this once; null otherwise
   * @param disabledReason null while it is enabled
   */
  public record One(
      Row row,
      String id,
      String typesText,
      @Nullable String secret,
      @Nullable String disabledReason,
      List<Sent> sent,
      @Nullable String older,
      List<Parked> parked,
      String key) {}

  /** One try. */
  public record Sent(
      String at,
      String type,
      String message,
      String number,
      Badge status,
      String duration,
      String detail) {}

  /** One event that was not taken. */
  public record Parked(
      String customer, String sequence, String type, String attempts, String error, String since) {}

  /**
   * The log of events.
   *
   * @param older where the next page is; null at the end
   */
  public record Events(
      List<Event> rows, String type, List<ParkedHook> parked, @Nullable String older) {}

  /**
   * One event.
   *
   * @param customerHref the customer's page; null for the house's own events
   */
  public record Event(
      String at,
      String type,
      String customer,
      @Nullable String customerHref,
      String sequence,
      String data) {}

  /**
   * One event that a hook failed on.
   *
   * @param customerHref as with {@link Event}
   */
  public record ParkedHook(
      String at,
      String type,
      String customer,
      @Nullable String customerHref,
      String sequence,
      String hooks,
      String error) {}

  /** Due work of every kind. */
  public record Work(List<WorkRow> rows, Badge badge, String words) {}

  /** One kind of due work. */
  public record WorkRow(
      String kind,
      String lastRan,
      String lastWorked,
      String waitsSince,
      Badge badge,
      String error) {}
}

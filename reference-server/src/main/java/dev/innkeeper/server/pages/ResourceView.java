package dev.innkeeper.server.pages;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the pages about running things show, as text ready to be escaped. */
public final class ResourceView {
  private ResourceView() {}

  /**
   * One service: how it is, why, what it uses, what can be done.
   *
   * @param mark changes whenever there is something new to see
   * @param busy whether something is still being done about it
   * @param liveHref where its state and use are streamed from; null for an admin
   * @param plotted whether what it uses can be told at the moment
   * @param retryAction where an admin has it tried again; null when there is nothing to retry
   */
  public record Service(
      String id,
      String name,
      String detail,
      View.Badge status,
      String upDown,
      @Nullable String message,
      @Nullable String address,
      String mark,
      boolean busy,
      @Nullable String liveHref,
      boolean plotted,
      @Nullable String retryAction,
      String backHref,
      String backText,
      List<Fact> facts,
      List<Event> history,
      @Nullable Commands commands) {}

  /** A name and what stands for it. */
  public record Fact(String name, String value) {}

  /** One line of a service's life. */
  public record Event(String at, View.Badge status, String message) {}

  /**
   * What its owner can have run in it.
   *
   * @param action where the form goes; null when it can't be used now
   * @param allowed the programs, for people
   * @param last what was run just now; null when nothing was
   */
  public record Commands(
      @Nullable String action, String allowed, @Nullable Answer last, List<CommandRow> history) {}

  /**
   * What a command printed.
   *
   * @param line as it was given
   * @param how how it went
   */
  public record Answer(String line, View.Badge how, String output) {}

  /** One command of the past. */
  public record CommandRow(String at, String actor, String line, View.Badge how) {}

  /**
   * What runs for all customers.
   *
   * @param filters one for each state, with how many there are
   */
  public record Resources(
      List<Layout.Link> filters, String summary, List<Row> rows, List<Orphan> orphans) {}

  /**
   * One customer's resource.
   *
   * @param href its page
   * @param trouble the provider's own words, or how it differs
   * @param attempts how often it failed in a row, and when it is tried again
   * @param retryAction where the form goes; null when there is nothing to retry
   */
  public record Row(
      String href,
      String name,
      String product,
      String provisioner,
      View.Badge status,
      String trouble,
      String attempts,
      @Nullable String retryAction) {}

  /** Something that nobody is entitled to. */
  public record Orphan(
      String name, String id, String provisioner, String state, String since, String action) {}

  /**
   * What reconciling would do.
   *
   * @param unseen what could not be looked at, and why
   * @param doable how many lines are more than reports
   */
  public record Plan(List<Line> lines, List<Fact> unseen, int doable) {}

  /**
   * One difference.
   *
   * @param href the resource's page; null for an orphan
   */
  public record Line(
      View.Badge action, String name, @Nullable String href, String provisioner, String reasons) {}
}

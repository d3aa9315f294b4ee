package dev.innkeeper.server.pages;

import dev.innkeeper.server.pages.Layout.Link;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the pages about invoices that are being written show, as text ready to be escaped. */
public final class DraftView {
  private DraftView() {}

  /**
   * Everybody's drafts.
   *
   * @param states the kinds of invoices that can be listed
   * @param next where the next page begins; null at the end
   */
  public record Drafts(List<Row> rows, List<Link> states, @Nullable String next) {}

  /**
   * One draft in a list.
   *
   * @param total with its tax; a dash while it can't be issued
   */
  public record Row(
      String href,
      String customer,
      String customerHref,
      String text,
      String changed,
      String total) {}

  /**
   * One draft, to be changed, issued or thrown away.
   *
   * @param trouble why it can't be issued as it is; null when it can
   * @param dueDay the last day to pay as a form has it; empty for the usual term
   * @param due the same for people
   * @param revision which the forms go by
   */
  public record Draft(
      String href,
      String customer,
      String customerHref,
      String currency,
      List<Line> lines,
      List<View.Sum> sums,
      @Nullable String trouble,
      String dueDay,
      String due,
      String note,
      String revision) {}

  /**
   * One line.
   *
   * @param index its place, from 0
   */
  public record Line(
      String index, String description, String quantity, String price, String amount) {}
}

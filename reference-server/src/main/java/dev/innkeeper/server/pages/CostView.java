package dev.innkeeper.server.pages;

import dev.innkeeper.server.pages.Layout.Link;
import java.util.List;

/** What the page of costs shows, as text ready to be escaped. */
public final class CostView {
  private CostView() {}

  /**
   * What resources cost the hoster in a time.
   *
   * @param times the times that can be chosen
   * @param cut whether there are more resources than are shown
   */
  public record Costs(
      List<Link> times, List<Provisioner> provisioners, List<Resource> resources, boolean cut) {}

  /** What one provisioner's resources came to. */
  public record Provisioner(String name, String resources, String running, String cost) {}

  /** What one resource came to. */
  public record Resource(
      String href, String name, String detail, String running, List<String> used, String cost) {}
}

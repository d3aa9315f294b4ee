package dev.innkeeper.server.pages;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What surrounds every page's own content.
 *
 * @param links the places there are
 * @param pages of the place that the page belongs to; empty where it is a single page
 * @param csrf goes into every form as a hidden field
 * @param flash what came of the last thing done; null for nothing
 * @param trialNow a trial's time, for people; null in production
 * @param testMoney payment providers in test mode, for admins; null when there are none
 */
public record Layout(
    String title,
    List<Link> links,
    List<Link> pages,
    @Nullable String email,
    boolean admin,
    String csrf,
    @Nullable Flash flash,
    @Nullable String trialNow,
    boolean trialStands,
    @Nullable String testMoney,
    String styleVersion) {

  /** One place of the navigation. */
  public record Link(String href, String text, boolean current) {}

  /**
   * A note above the content.
   *
   * @param tone {@code good}, {@code warn} or {@code bad}
   */
  public record Flash(String tone, String text) {}

  public boolean signedIn() {
    return email != null;
  }

  /** Where the brand leads. */
  public String home() {
    if (!signedIn()) {
      return "/";
    }
    return admin ? "/admin/customers" : "/services";
  }
}

package dev.innkeeper.server.pages;

import dev.innkeeper.server.auth.Identity;
import dev.innkeeper.server.pages.Layout.Link;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The places that a visitor can go to.
 *
 * @param places always shown
 * @param pages of the place that the visitor is at; empty where it is a single page
 */
record Navigation(List<Link> places, List<Link> pages) {

  /** A place of an admin's, and its pages; the first is where the place leads. */
  private record Place(String text, List<Page> pages) {
    static Place of(String text, Page... pages) {
      return new Place(text, List.of(pages));
    }
  }

  private record Page(String href, String text) {
    boolean holds(String path) {
      return path.equals(href) || path.startsWith(href + "/");
    }

    Link link(boolean current) {
      return new Link(href, text, current);
    }
  }

  private static final List<Place> ADMIN =
      List.of(
          Place.of("Customers", new Page("/admin/customers", "Customers")),
          Place.of(
              "Money",
              new Page("/admin/invoices", "Invoices"),
              new Page("/admin/charges", "Charges"),
              new Page("/admin/reminders", "Reminders"),
              new Page("/admin/ledger", "Ledger")),
          Place.of("Open matters", new Page("/admin/matters", "Open matters")),
          Place.of(
              "Sales",
              new Page("/admin/prices", "Prices"),
              new Page("/admin/vouchers", "Vouchers"),
              new Page("/admin/coupons", "Coupons")),
          Place.of(
              "Resources",
              new Page("/admin/resources", "Resources"),
              new Page("/admin/resources/difference", "What differs"),
              new Page("/admin/resources/costs", "Costs")),
          Place.of(
              "Messages",
              new Page("/admin/mails", "Mails"),
              new Page("/admin/events", "Events"),
              new Page("/admin/webhooks", "Webhooks")),
          Place.of(
              "System",
              new Page("/admin/work", "Due work"),
              new Page("/admin/payments", "Payments")));

  private static final List<Page> CUSTOMER =
      List.of(
          new Page("/products", "Products"),
          new Page("/services", "My services"),
          new Page("/wallet", "Wallet"),
          new Page("/invoices", "Invoices"));

  /** The navigation on the page at a path. */
  static Navigation of(String path, Optional<Identity> visitor) {
    if (visitor.isPresent() && visitor.get().isAdmin()) {
      return admin(path);
    }
    List<Page> pages = visitor.isPresent() ? CUSTOMER : CUSTOMER.subList(0, 1);
    return new Navigation(
        pages.stream().map(page -> page.link(page.holds(path))).toList(), List.of());
  }

  private static Navigation admin(String path) {
    // Of pages that lie within each other the innermost is where the visitor is.
    String here =
        ADMIN.stream()
            .flatMap(place -> place.pages().stream())
            .filter(page -> page.holds(path))
            .map(Page::href)
            .max(Comparator.comparingInt(String::length))
            .orElse("");
    List<Link> places =
        ADMIN.stream()
            .map(place -> new Link(place.pages().get(0).href(), place.text(), isAt(place, here)))
            .toList();
    List<Link> pages =
        ADMIN.stream()
            .filter(place -> isAt(place, here) && place.pages().size() > 1)
            .flatMap(place -> place.pages().stream())
            .map(page -> page.link(page.href().equals(here)))
            .toList();
    return new Navigation(places, pages);
  }

  private static boolean isAt(Place place, String here) {
    return place.pages().stream().anyMatch(page -> page.href().equals(here));
  }
}

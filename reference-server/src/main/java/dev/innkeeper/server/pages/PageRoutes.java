package dev.innkeeper.server.pages;

import dev.innkeeper.billing.problem.BillingException;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotFound;
import dev.innkeeper.server.auth.Identity;
import dev.innkeeper.server.runtime.Services;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the groups of pages share. Thread-safe. */
abstract class PageRoutes {
  final Services services;
  private final Renderer renderer;

  PageRoutes(Services services, Renderer renderer) {
    this.services = services;
    this.renderer = renderer;
  }

  /** A page for a customer who is signed in. */
  interface CustomerPage {
    void handle(Context ctx, Visit visit, UUID customerId);
  }

  /** A page for whoever asks, or for an admin. */
  interface Page {
    void handle(Context ctx, Visit visit);
  }

  /** What a form asks to be done; returns what to tell about it. */
  interface Action {
    String run();
  }

  final Visit visit(Context ctx) {
    return Visit.of(
        ctx, services.access(), services.config().http().publicUrl().startsWith("https:"));
  }

  final void show(
      Context ctx, Visit visit, String title, String template, Map<String, Object> values) {
    renderer.show(ctx, visit, title, template, values);
  }

  final void open(Context ctx, Page page) {
    page.handle(ctx, visit(ctx));
  }

  final void forCustomer(Context ctx, CustomerPage page) {
    Visit visit = visit(ctx);
    Optional<Identity> identity = visit.identity();
    if (identity.isEmpty()) {
      ctx.redirect("/sign-in", HttpStatus.SEE_OTHER);
    } else if (identity.get().isAdmin()) {
      ctx.redirect("/admin/customers", HttpStatus.SEE_OTHER);
    } else {
      page.handle(ctx, visit, identity.get().requireCustomer());
    }
  }

  final void forAdmin(Context ctx, Page page) {
    Visit visit = visit(ctx);
    Optional<Identity> identity = visit.identity();
    if (identity.isEmpty()) {
      ctx.redirect("/sign-in", HttpStatus.SEE_OTHER);
    } else if (!identity.get().isAdmin()) {
      ctx.status(HttpStatus.FORBIDDEN);
      show(
          ctx,
          visit,
          "Not here",
          "problem.jte",
          Map.of(
              "status",
              403,
              "headline",
              "This page is for admins",
              "detail",
              "Sign in as one to see it."));
    } else {
      page.handle(ctx, visit);
    }
  }

  /**
   * Does what a form asks for, and goes to a page that tells what came of it.
   *
   * @param done where to go when it was done
   * @param refused where to go when it was not
   */
  final void act(Context ctx, Visit visit, String done, String refused, Action action) {
    visit.requireCsrf();
    String next = done;
    try {
      visit.flash("good", action.run());
    } catch (BillingException e) {
      visit.flash("bad", sentence(e));
      next = refused;
    }
    ctx.redirect(next, HttpStatus.SEE_OTHER);
  }

  /**
   * What came of a form.
   *
   * @param note for the next page
   * @param url of a bank's or a provider's page to go on with; null to stay here
   */
  record Done(String note, @Nullable String url) {
    static Done here(String note) {
      return new Done(note, null);
    }

    static Done elsewhere(String note, @Nullable String url) {
      return new Done(note, url);
    }
  }

  /** What a form asks to be done, which may go on elsewhere. */
  interface LeavingAction {
    Done run();
  }

  /** {@link #act} for what may have to go on at a bank or at a provider. */
  final void actOrLeave(Context ctx, Visit visit, String back, LeavingAction action) {
    visit.requireCsrf();
    Done done;
    try {
      done = action.run();
    } catch (BillingException e) {
      visit.flash("bad", sentence(e));
      ctx.redirect(back, HttpStatus.SEE_OTHER);
      return;
    }
    String url = done.url();
    if (url == null) {
      visit.flash("good", done.note());
      ctx.redirect(back, HttpStatus.SEE_OTHER);
      return;
    }
    if (!url.matches("https?://[^\\s\"'<>]+")) {
      throw new IllegalStateException("a provider's page has no address of the web");
    }
    // Not a redirect: forms may lead nowhere but here, by the pages' own policy.
    ctx.header("Refresh", "0; url=" + url);
    show(ctx, visit, done.note(), "handOver.jte", Map.of("headline", done.note(), "url", url));
  }

  /** An id in the path; what is none is not found. */
  static UUID id(Context ctx, String name) {
    String text = ctx.pathParam(name);
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw new NotFound("page", text);
    }
  }

  /** A refusal in words, with a capital and a full stop. */
  static String sentence(BillingException refused) {
    String message = String.valueOf(refused.getMessage());
    String text = Show.words(message.substring(0, 1)) + message.substring(1);
    return text.endsWith(".") ? text : text + ".";
  }

  /** A whole number of a form; the preset where it is empty. */
  static int number(Context ctx, String field, int preset) {
    String text = form(ctx, field);
    if (text.isEmpty()) {
      return preset;
    }
    if (!text.matches("[0-9]{1,6}")) {
      throw new InvalidInput(field, "must be a whole number");
    }
    return Integer.parseInt(text);
  }

  static String form(Context ctx, String name) {
    String value = ctx.formParam(name);
    if (value == null) {
      return "";
    }
    if (value.indexOf('\0') >= 0) {
      throw new InvalidInput(name, "must not contain the character NUL");
    }
    return value.trim();
  }
}

package dev.innkeeper.server.pages;

import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.customer.CustomerDetails;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.BillingException;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.server.auth.Identity;
import dev.innkeeper.server.auth.TooManyAttempts;
import dev.innkeeper.server.runtime.BuyerDetails;
import dev.innkeeper.server.runtime.Services;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The way in, home, sign up, sign in, and what invoices say of one. */
final class AccountPages extends PageRoutes {
  private static final List<String> CURRENCIES = List.of("EUR", "USD", "GBP", "CHF", "JPY");
  private static final List<String> DETAILS =
      List.of("company", "vatId", "street", "postalCode", "city", "country");

  AccountPages(Services services, Renderer renderer) {
    super(services, renderer);
  }

  void addTo(RoutesConfig routes) {
    routes.get("/", ctx -> open(ctx, this::home));
    routes.get("/sign-in", ctx -> open(ctx, this::signInForm));
    routes.post("/sign-in", ctx -> open(ctx, this::signIn));
    routes.get("/sign-up", ctx -> open(ctx, this::signUpForm));
    routes.post("/sign-up", ctx -> open(ctx, this::signUp));
    routes.get("/details", ctx -> forCustomer(ctx, this::detailsForm));
    routes.post("/details", ctx -> forCustomer(ctx, this::changeDetails));
    routes.post("/sign-out", ctx -> open(ctx, this::signOut));
  }

  private void home(Context ctx, Visit visit) {
    Optional<Identity> identity = visit.identity();
    if (identity.isPresent()) {
      ctx.redirect(
          identity.get().isAdmin() ? "/admin/customers" : "/services", HttpStatus.SEE_OTHER);
    } else {
      show(ctx, visit, "Welcome", "home.jte", Map.of());
    }
  }

  private void signInForm(Context ctx, Visit visit) {
    signInForm(ctx, visit, "", null);
  }

  private void signInForm(Context ctx, Visit visit, String email, @Nullable String error) {
    Map<String, Object> values = new HashMap<>();
    values.put("email", email);
    if (error != null) {
      values.put("error", error);
    }
    show(ctx, visit, "Sign in", "signIn.jte", values);
  }

  private void signIn(Context ctx, Visit visit) {
    visit.requireCsrf();
    String email = form(ctx, "email");
    String password = ctx.formParam("password");
    try {
      Optional<Identity> identity =
          services.access().signIn(email, password == null ? "" : password, ctx.ip());
      if (identity.isPresent()) {
        visit.signIn(identity.get());
        ctx.redirect("/", HttpStatus.SEE_OTHER);
        return;
      }
      ctx.status(HttpStatus.UNAUTHORIZED);
      signInForm(ctx, visit, email, "This address and password don't belong together.");
    } catch (TooManyAttempts e) {
      ctx.status(HttpStatus.TOO_MANY_REQUESTS).header("Retry-After", "600");
      signInForm(ctx, visit, email, "Too many failed sign-ins. Wait ten minutes, then try again.");
    } catch (InvalidInput e) {
      ctx.status(HttpStatus.BAD_REQUEST);
      signInForm(ctx, visit, email, sentence(e));
    }
  }

  private void signUpForm(Context ctx, Visit visit) {
    View.SignUp empty =
        new View.SignUp(
            UUID.randomUUID().toString(), "", "", "EUR", "UTC", CURRENCIES, Map.of(), Map.of());
    show(ctx, visit, "Create an account", "signUp.jte", Map.of("form", empty));
  }

  private void signUp(Context ctx, Visit visit) {
    visit.requireCsrf();
    String password = ctx.formParam("password");
    Map<String, String> errors = new LinkedHashMap<>();
    try {
      NewCustomer wanted =
          NewCustomer.named(
                  form(ctx, "name"), form(ctx, "email"), Currency.of(form(ctx, "currency")))
              .withZone(zone(form(ctx, "zone")));
      Identity identity =
          services
              .access()
              .signUp(details(ctx).of(wanted), password == null ? "" : password, form(ctx, "key"));
      visit.signIn(identity);
      visit.flash("good", "Welcome! Choose a product to start with.");
      ctx.redirect("/products", HttpStatus.SEE_OTHER);
      return;
    } catch (InvalidInput e) {
      errors.putAll(errors(e));
      ctx.status(HttpStatus.BAD_REQUEST);
    } catch (BillingException e) {
      errors.put("email", sentence(e));
      ctx.status(HttpStatus.CONFLICT);
    }
    View.SignUp again =
        new View.SignUp(
            UUID.randomUUID().toString(),
            form(ctx, "name"),
            form(ctx, "email"),
            form(ctx, "currency"),
            form(ctx, "zone"),
            CURRENCIES,
            typed(ctx),
            errors);
    show(ctx, visit, "Create an account", "signUp.jte", Map.of("form", again));
  }

  private static Map<String, String> errors(InvalidInput wrong) {
    Map<String, String> errors = new LinkedHashMap<>();
    wrong
        .violations()
        .forEach(
            v ->
                errors.put(
                    v.field().substring(v.field().lastIndexOf('.') + 1),
                    Show.words(v.message().substring(0, 1)) + v.message().substring(1) + "."));
    return errors;
  }

  private void detailsForm(Context ctx, Visit visit, UUID id) {
    Customer customer = services.engine().customers().get(id);
    Map<String, String> typed = new LinkedHashMap<>();
    typed.put("company", Objects.requireNonNullElse(customer.company(), ""));
    typed.put("vatId", Objects.requireNonNullElse(customer.vatId(), ""));
    typed.put("street", Objects.requireNonNullElse(customer.address().street(), ""));
    typed.put("postalCode", Objects.requireNonNullElse(customer.address().postalCode(), ""));
    typed.put("city", Objects.requireNonNullElse(customer.address().city(), ""));
    typed.put("country", Objects.requireNonNullElse(customer.address().country(), ""));
    showDetails(
        ctx, visit, new View.Details(customer.name(), customer.language(), typed, Map.of()));
  }

  private void changeDetails(Context ctx, Visit visit, UUID id) {
    visit.requireCsrf();
    try {
      CustomerDetails wanted =
          CustomerDetails.of(services.engine().customers().get(id))
              .withName(form(ctx, "name"))
              .withLanguage(form(ctx, "language"));
      services.engine().customers().change(id, details(ctx).of(wanted));
      visit.flash("good", "Saved. Your next invoices say so.");
      ctx.redirect("/details", HttpStatus.SEE_OTHER);
    } catch (InvalidInput e) {
      ctx.status(HttpStatus.BAD_REQUEST);
      showDetails(
          ctx,
          visit,
          new View.Details(form(ctx, "name"), form(ctx, "language"), typed(ctx), errors(e)));
    }
  }

  private void showDetails(Context ctx, Visit visit, View.Details form) {
    show(ctx, visit, "Billing details", "details.jte", Map.of("form", form));
  }

  private static BuyerDetails details(Context ctx) {
    return new BuyerDetails(
        optional(ctx, "company"),
        optional(ctx, "vatId"),
        optional(ctx, "street"),
        optional(ctx, "postalCode"),
        optional(ctx, "city"),
        optional(ctx, "country"));
  }

  private static @Nullable String optional(Context ctx, String field) {
    String text = form(ctx, field);
    return text.isEmpty() ? null : text;
  }

  private static Map<String, String> typed(Context ctx) {
    Map<String, String> typed = new LinkedHashMap<>();
    for (String field : DETAILS) {
      typed.put(field, form(ctx, field));
    }
    return typed;
  }

  private static ZoneId zone(String text) {
    try {
      return ZoneId.of(text.isEmpty() ? "UTC" : text);
    } catch (DateTimeException e) {
      throw new InvalidInput("zone", "'" + text + "' is no time zone such as Europe/Zurich");
    }
  }

  private void signOut(Context ctx, Visit visit) {
    visit.requireCsrf();
    visit.signOut();
    ctx.redirect("/", HttpStatus.SEE_OTHER);
  }
}

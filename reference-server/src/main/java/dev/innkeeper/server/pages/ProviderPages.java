package dev.innkeeper.server.pages;

import dev.innkeeper.billing.payment.ProviderProfile;
import dev.innkeeper.billing.payment.spi.PaymentProvider.Mode;
import dev.innkeeper.billing.payment.spi.ProviderFinding;
import dev.innkeeper.billing.payment.spi.ProviderFinding.Level;
import dev.innkeeper.server.runtime.Services;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;

/** What an admin sees of payment providers: mode, webhook address, and what their check finds. */
final class ProviderPages extends PageRoutes {
  private final PayPagesView pages;

  ProviderPages(Services services, Renderer renderer) {
    super(services, renderer);
    this.pages = new PayPagesView(services);
  }

  void addTo(RoutesConfig routes) {
    routes.get("/admin/payments", ctx -> forAdmin(ctx, (c, visit) -> show(c, visit, "")));
    routes.post(
        "/admin/payments/{provider}/check",
        ctx ->
            forAdmin(
                ctx,
                (c, visit) -> {
                  visit.requireCsrf();
                  show(c, visit, c.pathParam("provider"));
                }));
  }

  private void show(Context ctx, Visit visit, String checked) {
    List<View.Provider> rows =
        services.engine().payments().profiles().stream()
            .map(
                profile ->
                    row(ctx, profile, profile.code().equals(checked) ? check(checked) : List.of()))
            .toList();
    show(ctx, visit, "Payments", "admin/payments.jte", Map.of("view", new View.Providers(rows)));
  }

  private List<View.Finding> check(String code) {
    return services.engine().payments().diagnose(code).stream()
        .map(ProviderPages::finding)
        .toList();
  }

  private static View.Finding finding(ProviderFinding finding) {
    String tone =
        switch (finding.level()) {
          case OK -> "good";
          case WARNING -> "warn";
          case PROBLEM -> "bad";
        };
    String word = finding.level() == Level.OK ? "Fine" : Show.words(finding.level().name());
    return new View.Finding(
        new View.Badge(tone, word), Show.words(finding.subject()), finding.message());
  }

  private View.Provider row(Context ctx, ProviderProfile profile, List<View.Finding> findings) {
    return new View.Provider(
        profile.code(),
        Show.words(profile.code()),
        profile.mode() == Mode.LIVE
            ? new View.Badge("good", "Live mode")
            : new View.Badge("warn", "Test mode"),
        pages.home(ctx) + "/v1/webhooks/" + profile.code(),
        profile.capabilities().stream().sorted().map(c -> Show.words(c.name())).toList(),
        findings);
  }
}

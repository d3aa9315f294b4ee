package dev.innkeeper.server.pages;

import dev.innkeeper.billing.problem.BillingException;
import dev.innkeeper.billing.problem.NotFound;
import dev.innkeeper.billing.subscription.Subscription;
import dev.innkeeper.provisioner.Outcome;
import dev.innkeeper.server.provisioning.CommandRelay;
import dev.innkeeper.server.provisioning.Difference;
import dev.innkeeper.server.provisioning.Orchestrator;
import dev.innkeeper.server.provisioning.Reconciler;
import dev.innkeeper.server.provisioning.Resource;
import dev.innkeeper.server.provisioning.ResourceStatus;
import dev.innkeeper.server.runtime.Services;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What runs: a service's own page, and for admins all of it, beside what should run. */
final class ResourcePages extends PageRoutes {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int ROWS_MAX = 200;

  private final Orchestrator orchestrator;
  private final ServicePage page;
  private final LiveStream live;
  private final Renderer renderer;

  ResourcePages(Services services, Renderer renderer) {
    super(services, renderer);
    this.renderer = renderer;
    this.orchestrator = services.provisioning();
    this.page = new ServicePage(services);
    this.live = new LiveStream(orchestrator);
  }

  void close() {
    live.close();
  }

  void addTo(RoutesConfig routes) {
    routes.get("/live.js", this::script);
    routes.get("/services/{id}", ctx -> forCustomer(ctx, this::service));
    routes.post("/services/{id}/commands", ctx -> forCustomer(ctx, this::command));
    routes.sse(
        "/services/{id}/live",
        client ->
            visit(client.ctx())
                .identity()
                .filter(who -> !who.isAdmin())
                .ifPresentOrElse(
                    who -> live.open(client, who.requireCustomer(), id(client.ctx(), "id")),
                    client::close));
    routes.get("/admin/resources", ctx -> forAdmin(ctx, this::resources));
    routes.get("/admin/resources/difference", ctx -> forAdmin(ctx, this::difference));
    routes.post("/admin/resources/difference", ctx -> forAdmin(ctx, this::apply));
    routes.post(
        "/admin/resources/orphans/{provisioner}/{id}", ctx -> forAdmin(ctx, this::deleteOrphan));
    routes.get(
        "/admin/customers/{customer}/services/{id}", ctx -> forAdmin(ctx, this::adminService));
    routes.post(
        "/admin/customers/{customer}/services/{id}/retry", ctx -> forAdmin(ctx, this::retry));
  }

  /** The one script: it draws what is streamed. Its address changes with its content. */
  private void script(Context ctx) {
    ctx.header("Cache-Control", "public, max-age=31536000, immutable");
    ctx.contentType("text/javascript; charset=utf-8").result(renderer.script());
  }

  /** This page alone may run a script, our own, and ask for more from here. */
  private static void allowScript(Context ctx) {
    ctx.header(
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self';"
            + " img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'");
  }

  // --- a customer's ---------------------------------------------------------------------------

  private void service(Context ctx, Visit visit, UUID customerId) {
    service(ctx, visit, customerId, null);
  }

  private void service(
      Context ctx, Visit visit, UUID customerId, ResourceView.@Nullable Answer answer) {
    Subscription subscription = services.engine().subscriptions().get(customerId, id(ctx, "id"));
    ResourceView.Service view = page.ofOwner(subscription, answer);
    allowScript(ctx);
    show(ctx, visit, view.name(), "service.jte", values(view));
  }

  private Map<String, Object> values(ResourceView.Service view) {
    return Map.of("view", view, "scriptVersion", renderer.scriptVersion());
  }

  /** Its output is shown at once and not kept, so this answers without going elsewhere. */
  private void command(Context ctx, Visit visit, UUID customerId) {
    visit.requireCsrf();
    String line = form(ctx, "command");
    ResourceView.Answer answer;
    try {
      String actor = visit.identity().orElseThrow().email();
      answer =
          page.told(
              line,
              orchestrator.relay().run(customerId, id(ctx, "id"), actor, CommandRelay.words(line)));
    } catch (NotFound e) {
      throw e;
    } catch (BillingException e) {
      answer = new ResourceView.Answer(line, new View.Badge("bad", "Not run"), sentence(e));
    }
    service(ctx, visit, customerId, answer);
  }

  // --- an admin's -----------------------------------------------------------------------------

  private void adminService(Context ctx, Visit visit) {
    UUID customer = id(ctx, "customer");
    Subscription subscription = services.engine().subscriptions().get(customer, id(ctx, "id"));
    ResourceView.Service view = page.ofAdmin(subscription);
    allowScript(ctx);
    show(ctx, visit, view.name(), "service.jte", values(view));
  }

  private void retry(Context ctx, Visit visit) {
    UUID customer = id(ctx, "customer");
    UUID id = id(ctx, "id");
    String back = href(customer, id);
    act(
        ctx,
        visit,
        back,
        back,
        () -> {
          orchestrator.retry(customer, id);
          services.doDueWork().run();
          return "It is tried again.";
        });
  }

  static String href(UUID customer, UUID id) {
    return "/admin/customers/" + customer + "/services/" + id;
  }

  private void resources(Context ctx, Visit visit) {
    Map<ResourceStatus, Long> counts = orchestrator.resources().counts();
    ResourceStatus chosen = chosen(ctx.queryParam("state"), counts);
    List<Layout.Link> filters = new ArrayList<>();
    for (ResourceStatus status : ResourceStatus.values()) {
      filters.add(
          new Layout.Link(
              "/admin/resources?state=" + word(status),
              Show.words(status.name()) + " " + counts.getOrDefault(status, 0L),
              status == chosen));
    }
    List<Resource> found = orchestrator.resources().in(chosen, ROWS_MAX);
    List<ResourceView.Orphan> orphans =
        orchestrator.resources().orphans().stream().map(ResourcePages::orphan).toList();
    String summary =
        found.size() == ROWS_MAX
            ? "The latest " + ROWS_MAX + " of them, those that changed last first."
            : "Those that changed last come first.";
    show(
        ctx,
        visit,
        "Resources",
        "admin/resources.jte",
        Map.of(
            "view",
            new ResourceView.Resources(
                filters, summary, found.stream().map(ResourcePages::row).toList(), orphans)));
  }

  private static String word(ResourceStatus status) {
    return status.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Unless asked for another, what needs somebody, else what runs. */
  private static ResourceStatus chosen(@Nullable String text, Map<ResourceStatus, Long> counts) {
    for (ResourceStatus status : ResourceStatus.values()) {
      if (word(status).equals(text)) {
        return status;
      }
    }
    return counts.getOrDefault(ResourceStatus.FAILED, 0L) > 0
        ? ResourceStatus.FAILED
        : ResourceStatus.RUNNING;
  }

  private static ResourceView.Row row(Resource resource) {
    String href = href(resource.customerId(), resource.id());
    boolean retryable = resource.status() == ResourceStatus.FAILED || resource.attempts() > 0;
    String trouble =
        resource.drift().isEmpty()
            ? resource.message().orElse("")
            : String.join("; ", resource.drift());
    return new ResourceView.Row(
        href,
        resource.name(),
        resource.productCode(),
        resource.provisioner(),
        ServicePage.badge(resource),
        trouble,
        ServicePage.attempts(resource),
        retryable ? href + "/retry" : null);
  }

  private static ResourceView.Orphan orphan(Resource.Orphan orphan) {
    return new ResourceView.Orphan(
        orphan.name(),
        orphan.id().toString(),
        orphan.provisioner(),
        Show.words(orphan.state()),
        Show.minute(orphan.firstSeenAt(), ZoneOffset.UTC),
        "/admin/resources/orphans/" + orphan.provisioner() + "/" + orphan.id());
  }

  private void deleteOrphan(Context ctx, Visit visit) {
    String provisioner = ctx.pathParam("provisioner");
    UUID id = id(ctx, "id");
    visit.requireCsrf();
    Outcome outcome = orchestrator.removeOrphan(provisioner, id, PATIENCE);
    if (outcome instanceof Outcome.Ready) {
      visit.flash("good", "It is deleted, with its data.");
    } else if (outcome instanceof Outcome.InProgress progress) {
      visit.flash("warn", "It is being deleted (" + progress.message() + "): ask again soon.");
    } else if (outcome instanceof Outcome.Failed failed) {
      visit.flash("bad", "It could not be deleted: " + failed.message());
    }
    ctx.redirect("/admin/resources", io.javalin.http.HttpStatus.SEE_OTHER);
  }

  private void difference(Context ctx, Visit visit) {
    show(
        ctx,
        visit,
        "What differs",
        "admin/difference.jte",
        Map.of("view", plan(orchestrator.reconciler().plan())));
  }

  private void apply(Context ctx, Visit visit) {
    act(
        ctx,
        visit,
        "/admin/resources/difference",
        "/admin/resources/difference",
        () -> {
          int worked = orchestrator.apply(PATIENCE).worked();
          return worked == 0
              ? "There was nothing to do."
              : worked + (worked == 1 ? " resource was" : " resources were") + " worked on.";
        });
  }

  private static ResourceView.Plan plan(Reconciler.Plan plan) {
    List<ResourceView.Line> lines = new ArrayList<>();
    int doable = 0;
    for (Difference difference : plan.differences()) {
      boolean reported = difference.action().onlyReports();
      doable += reported ? 0 : 1;
      lines.add(
          new ResourceView.Line(
              new View.Badge(
                  reported ? "warn" : "good",
                  Show.words(difference.action().name().replace("REPORT_", ""))),
              difference.name(),
              difference.customerId().map(c -> href(c, difference.id())).orElse(null),
              difference.provisioner(),
              String.join("; ", difference.reasons())));
    }
    List<ResourceView.Fact> unseen =
        plan.unseen().entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(entry -> new ResourceView.Fact(entry.getKey(), entry.getValue()))
            .toList();
    return new ResourceView.Plan(lines, unseen, doable);
  }
}

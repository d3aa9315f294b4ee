package dev.innkeeper.server.pages;

import dev.innkeeper.billing.subscription.Subscription;
import dev.innkeeper.billing.subscription.SubscriptionStatus;
import dev.innkeeper.server.provisioning.CommandRelay;
import dev.innkeeper.server.provisioning.Orchestrator;
import dev.innkeeper.server.provisioning.Resource;
import dev.innkeeper.server.provisioning.ResourceStatus;
import dev.innkeeper.server.runtime.Services;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One service as its page shows it, to its owner or to an admin. */
final class ServicePage {
  private static final int HISTORY = 20;
  private static final int COMMANDS = 10;

  private final Services services;
  private final Orchestrator orchestrator;
  private final ServiceRows rows;

  ServicePage(Services services) {
    this.services = services;
    this.orchestrator = services.provisioning();
    this.rows = new ServiceRows(services);
  }

  /** From where it is looked at. */
  private record Side(String backHref, String backText, boolean admin) {}

  ResourceView.Service ofOwner(Subscription subscription, ResourceView.@Nullable Answer answer) {
    return view(subscription, new Side("/services", "My services", false), answer);
  }

  ResourceView.Service ofAdmin(Subscription subscription) {
    UUID customer = subscription.customerId();
    String name = services.engine().customers().get(customer).name();
    return view(subscription, new Side("/admin/customers/" + customer, name, true), null);
  }

  private ResourceView.Service view(
      Subscription subscription, Side side, ResourceView.@Nullable Answer answer) {
    View.ServiceRow row = rows.one(subscription);
    Resource resource =
        orchestrator.resources().find(subscription.customerId(), subscription.id()).orElse(null);
    ZoneId zone = services.engine().customers().get(subscription.customerId()).calendar().zone();
    if (resource == null) {
      return notMadeYet(subscription, row, side);
    }
    String here = side.admin() ? ResourcePages.href(resource.customerId(), resource.id()) : "";
    boolean runs = resource.status() == ResourceStatus.RUNNING;
    return new ResourceView.Service(
        row.id(),
        row.name(),
        row.detail(),
        row.status(),
        resource.status().upDown(),
        message(resource),
        row.address(),
        LiveStream.mark(resource),
        !resource.settled(),
        side.admin() ? null : "/services/" + resource.id() + "/live",
        runs && orchestrator.liveStats().canWatch(resource),
        side.admin() && resource.status() != ResourceStatus.GONE ? here + "/retry" : null,
        side.backHref(),
        side.backText(),
        facts(resource, row, zone),
        history(resource, zone),
        commands(resource, zone, side, answer));
  }

  /** It may be made any moment, unless nothing has to be. */
  private ResourceView.Service notMadeYet(
      Subscription subscription, View.ServiceRow row, Side side) {
    boolean expected =
        subscription.status() != SubscriptionStatus.ENDED
            && services.engine().catalog().product(subscription.productCode()).provisioner()
                != null;
    return new ResourceView.Service(
        row.id(),
        row.name(),
        row.detail(),
        row.status(),
        "none",
        null,
        null,
        "none",
        expected,
        expected && !side.admin() ? "/services/" + row.id() + "/live" : null,
        false,
        null,
        side.backHref(),
        side.backText(),
        List.of(new ResourceView.Fact("Since", row.since())),
        List.of(),
        null);
  }

  private static @Nullable String message(Resource resource) {
    if (!resource.drift().isEmpty()) {
      return String.join("; ", resource.drift());
    }
    return resource.message().orElse(null);
  }

  private List<ResourceView.Fact> facts(Resource resource, View.ServiceRow row, ZoneId zone) {
    List<ResourceView.Fact> facts = new ArrayList<>();
    facts.add(new ResourceView.Fact("Since", row.since()));
    facts.add(
        new ResourceView.Fact(
            "Price", row.hourly().isEmpty() ? row.price() : row.price() + ", " + row.hourly()));
    Instant now = services.engine().now();
    Duration suspended =
        orchestrator.resources().suspendedTime(resource.customerId(), resource.id(), now);
    if (!suspended.isZero()) {
      facts.add(new ResourceView.Fact("Suspended in all", hours(suspended)));
    }
    String attempts = attempts(resource);
    if (!attempts.isEmpty()) {
      facts.add(new ResourceView.Fact("Attempts", attempts));
    }
    new TreeMap<>(resource.facts())
        .forEach(
            (name, value) -> {
              if (!name.equals("url")) {
                facts.add(new ResourceView.Fact(Show.words(apart(name)), value));
              }
            });
    facts.add(new ResourceView.Fact("State since", Show.minute(resource.changedAt(), zone)));
    return facts;
  }

  /** The words of a name such as {@code uploadKey}. */
  private static String apart(String name) {
    return name.replaceAll("(?<=[a-z])(?=[A-Z])", " ");
  }

  private static String hours(Duration time) {
    long minutes = time.toMinutes();
    return minutes < 60
        ? minutes + " min"
        : minutes < 48 * 60 ? minutes / 60 + " h" : minutes / (24 * 60) + " days";
  }

  /** How often it failed in a row, and when it is tried again. Real time, as machines take it. */
  static String attempts(Resource resource) {
    String next =
        resource
            .nextAttemptAt()
            .map(at -> "next look at " + Show.second(at, ZoneOffset.UTC) + " UTC")
            .orElse("");
    if (resource.attempts() == 0) {
      return next;
    }
    String failed = resource.attempts() + " failed in a row";
    return next.isEmpty() ? failed + ", given up until somebody asks" : failed + ", " + next;
  }

  static View.Badge badge(Resource resource) {
    return badge(resource.status());
  }

  static View.Badge badge(ResourceStatus status) {
    String tone =
        switch (status) {
          case RUNNING -> "good";
          case REQUESTED, IN_PROGRESS, TERMINATING, SUSPENDED -> "warn";
          case FAILED -> "bad";
          case GONE -> "";
        };
    return new View.Badge(tone, Show.words(status.name()));
  }

  private List<ResourceView.Event> history(Resource resource, ZoneId zone) {
    return orchestrator.resources().history(resource.customerId(), resource.id(), HISTORY).stream()
        .map(
            change ->
                new ResourceView.Event(
                    Show.minute(change.at(), zone),
                    badge(change.status()),
                    change.message().orElse("")))
        .toList();
  }

  private ResourceView.@Nullable Commands commands(
      Resource resource, ZoneId zone, Side side, ResourceView.@Nullable Answer answer) {
    Set<String> allowed = orchestrator.relay().allowed(resource);
    List<ResourceView.CommandRow> history =
        orchestrator.relay().history(resource.customerId(), resource.id(), COMMANDS).stream()
            .map(
                entry ->
                    new ResourceView.CommandRow(
                        Show.minute(entry.at(), zone),
                        entry.actor(),
                        String.join(" ", entry.words()),
                        how(entry)))
            .toList();
    boolean usable =
        !side.admin() && !allowed.isEmpty() && resource.status() == ResourceStatus.RUNNING;
    if (!usable && history.isEmpty() && answer == null) {
      return null;
    }
    return new ResourceView.Commands(
        usable ? "/services/" + resource.id() + "/commands" : null,
        String.join(", ", allowed),
        answer,
        history);
  }

  ResourceView.Answer told(String line, CommandRelay.Answer answer) {
    String message = answer.entry().message();
    String output = answer.output() + (answer.cut() ? "\n… (cut)" : "");
    return new ResourceView.Answer(
        line,
        how(answer.entry()),
        message == null ? output : output + (output.isEmpty() ? "" : "\n") + message);
  }

  private static View.Badge how(CommandRelay.Entry entry) {
    return switch (entry.outcome()) {
      case STARTED -> new View.Badge("warn", "Begun");
      case ENDED -> {
        Integer code = entry.exitCode();
        boolean good = code != null && code == 0;
        yield new View.Badge(good ? "good" : "bad", good ? "Done" : "Exit code " + code);
      }
      case REFUSED -> new View.Badge("bad", "Not allowed");
      case TIMED_OUT -> new View.Badge("bad", "Took too long");
      case FAILED -> new View.Badge("bad", "Failed");
    };
  }
}

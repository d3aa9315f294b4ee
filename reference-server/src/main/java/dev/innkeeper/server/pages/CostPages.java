package dev.innkeeper.server.pages;

import dev.innkeeper.provisioner.capability.Metered;
import dev.innkeeper.server.pages.Layout.Link;
import dev.innkeeper.server.provisioning.CostReport;
import dev.innkeeper.server.provisioning.MeteredInterval;
import dev.innkeeper.server.runtime.Services;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What resources cost the hoster, by provisioner and one by one. */
final class CostPages extends PageRoutes {
  private static final String COSTS = "/admin/resources/costs";
  private static final int ROWS_MAX = 100;
  private static final int DECIMALS = 4;

  CostPages(Services services, Renderer renderer) {
    super(services, renderer);
  }

  void addTo(RoutesConfig routes) {
    routes.get(COSTS, ctx -> forAdmin(ctx, this::costs));
  }

  /** A time that costs are summed over; the calendar is UTC. */
  private record Time(String word, String text, Instant from, Instant to) {
    static Time month(String word, YearMonth month) {
      return new Time(
          word,
          word.equals("this") ? "This month" : "Last month",
          begin(month),
          begin(month.plusMonths(1)));
    }

    private static Instant begin(YearMonth month) {
      return month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    }
  }

  private List<Time> times() {
    Instant now = services.engine().now();
    YearMonth month = YearMonth.from(now.atZone(ZoneOffset.UTC));
    return List.of(
        Time.month("this", month),
        Time.month("last", month.minusMonths(1)),
        new Time("all", "Since the beginning", Instant.EPOCH, now.plus(Duration.ofDays(1))));
  }

  private void costs(Context ctx, Visit visit) {
    List<Time> times = times();
    Time chosen = chosen(times, ctx.queryParam("time"));
    CostReport report = services.provisioning().metering().report();
    List<CostReport.OfResource> found = report.dearest(chosen.from(), chosen.to(), ROWS_MAX + 1);
    CostView.Costs view =
        new CostView.Costs(
            times.stream()
                .map(
                    time ->
                        new Link(COSTS + "?time=" + time.word(), time.text(), time.equals(chosen)))
                .toList(),
            report.byProvisioner(chosen.from(), chosen.to()).stream()
                .map(CostPages::provisioner)
                .toList(),
            found.stream().limit(ROWS_MAX).map(CostPages::resource).toList(),
            found.size() > ROWS_MAX);
    show(ctx, visit, "Costs", "admin/costs.jte", Map.of("view", view));
  }

  private static Time chosen(List<Time> times, @Nullable String word) {
    return times.stream().filter(time -> time.word().equals(word)).findFirst().orElse(times.get(0));
  }

  private static CostView.Provisioner provisioner(CostReport.OfProvisioner sum) {
    return new CostView.Provisioner(
        sum.provisioner(), Long.toString(sum.resources()), hours(sum.running()), cost(sum.cost()));
  }

  private static CostView.Resource resource(CostReport.OfResource sum) {
    return new CostView.Resource(
        ResourcePages.href(sum.customerId(), sum.id()),
        sum.name(),
        sum.product() + " on " + sum.provisioner(),
        hours(sum.running()),
        sum.used().stream().map(CostPages::used).toList(),
        cost(sum.cost()));
  }

  private static String hours(Duration time) {
    return String.format(Locale.ROOT, "%.1f\u00a0h", time.toMinutes() / 60.0);
  }

  private static String used(Metered.Reading reading) {
    return reading.meter()
        + " "
        + reading.quantity().setScale(2, RoundingMode.HALF_UP).stripTrailingZeros().toPlainString()
        + "\u00a0"
        + reading.unit();
  }

  private static String cost(Optional<MeteredInterval.Cost> cost) {
    return cost.map(
            sum -> Show.rate(sum.amount().setScale(DECIMALS, RoundingMode.HALF_UP), sum.currency()))
        .orElse("–");
  }
}

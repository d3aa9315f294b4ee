package dev.innkeeper.billing.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.rating.Charge;
import dev.innkeeper.billing.rating.ChargeKind;
import dev.innkeeper.billing.rating.ChargeScope;
import dev.innkeeper.billing.testing.Seeds;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * What the rater's properties say of lives in memory, said of lives that customers lead: through
 * subscriptions, the catalog and the charge book, over the database.
 */
class RandomLivesTest {
  private static final int LIVES = 8;
  private static final int CHANGES_MAX = 14;
  private static final List<String> ZONES =
      List.of("UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia");

  /** The same life twice: one customer is charged at any moment, the other once at the end. */
  private static final class Twins {
    private final Random random;
    private final BillingFixture f;
    private final Customer often;
    private final Customer once;
    private final String product;
    private final Subscription first;
    private final Subscription second;
    private final List<Charge> charges = new ArrayList<>();
    private Instant activeSince;
    private Instant lastRaise = Instant.EPOCH;
    private long activeSeconds;
    private boolean paused;

    Twins(long seed) {
      random = new Random(seed);
      f = new BillingFixture("2026-01-31T" + (10 + random.nextInt(10)) + ":17:03Z");
      NewCustomer wanted =
          NewCustomer.named("T", "t@example.org", Currency.EUR)
              .withZone(ZoneId.of(ZONES.get(random.nextInt(ZONES.size()))))
              .withAnchorDay(28 + random.nextInt(4));
      often = f.customer(wanted);
      once = f.customer(wanted);
      product = random.nextBoolean() ? "site" : "forge";
      first = f.start(often, product, Map.of());
      second = f.start(once, product, Map.of());
      activeSince = f.clock.instant();
    }

    void live() {
      int changes = 2 + random.nextInt(CHANGES_MAX);
      for (int i = 0; i < changes; i++) {
        f.clock.advance(Duration.ofSeconds(1 + random.nextInt(40 * 86_400)));
        step();
        charges.addAll(
            f.take(
                often,
                f.clock.instant().toString(),
                random.nextBoolean() ? ChargeScope.ALL : ChargeScope.ADVANCE_ONLY));
      }
      f.clock.advance(Duration.ofSeconds(1 + random.nextInt(40 * 86_400)));
      if (!paused) {
        activeSeconds += Duration.between(activeSince, f.clock.instant()).toSeconds();
      }
      f.subscriptions.cancel(often.id(), first.id(), CancelAt.NOW);
      f.subscriptions.cancel(once.id(), second.id(), CancelAt.NOW);
    }

    private void step() {
      switch (random.nextInt(5)) {
        case 0 -> {
          long quantity = 1L + random.nextInt(5);
          f.subscriptions.changeQuantity(often.id(), first.id(), quantity);
          f.subscriptions.changeQuantity(once.id(), second.id(), quantity);
        }
        case 1 -> {
          if (product.equals("site")) {
            Map<String, String> size = Map.of("size", random.nextBoolean() ? "large" : "medium");
            f.subscriptions.changePlan(often.id(), first.id(), "site", size);
            f.subscriptions.changePlan(once.id(), second.id(), "site", size);
          }
        }
        case 2 -> raise();
        default -> pauseOrResume();
      }
    }

    private void pauseOrResume() {
      if (paused) {
        f.subscriptions.resume(often.id(), first.id());
        f.subscriptions.resume(once.id(), second.id());
        activeSince = f.clock.instant();
      } else {
        f.subscriptions.pause(often.id(), first.id());
        f.subscriptions.pause(once.id(), second.id());
        activeSeconds += Duration.between(activeSince, f.clock.instant()).toSeconds();
      }
      paused = !paused;
    }

    private void raise() {
      Instant wanted = f.clock.instant().plusSeconds(random.nextInt(86_400));
      lastRaise = wanted.isAfter(lastRaise) ? wanted : lastRaise.plusSeconds(1);
      f.catalog.apply(
          """
          products:
            - code: forge
              name: Forge
              billing: in-advance
              provisioner: forge
              prices:
                - currency: EUR
                  effective: EFFECTIVE
                  raise: POLICY
                  notice: P10D
                  components:
                    - {code: base, name: Base, per: month, price: PRICE}
                    - {code: setup, name: Set-up, per: once, flat: 5.00}
          """
              .replace("EFFECTIVE", lastRaise.toString())
              .replace("POLICY", random.nextBoolean() ? "keep" : "move-at-renewal")
              .replace("PRICE", (10 + random.nextInt(10)) + "." + (10 + random.nextInt(90))),
          "test");
    }
  }

  private static long seconds(List<Charge> charges) {
    long seconds = 0;
    for (Charge charge : charges) {
      long length = Duration.between(charge.interval().from(), charge.interval().to()).toSeconds();
      seconds += charge.kind() == ChargeKind.CREDIT ? -length : length;
    }
    return seconds;
  }

  @Test
  void chargesCoverALifeOnceHoweverOftenTheyAreTaken() {
    long seed = Seeds.of("lives that are charged");
    Random seeds = new Random(seed);
    for (int life = 0; life < LIVES; life++) {
      Twins twins = new Twins(seeds.nextLong());
      twins.live();
      String now = twins.f.clock.instant().toString();
      twins.charges.addAll(twins.f.take(twins.often, now));
      List<Charge> atOnce = twins.f.take(twins.once, now);
      String as = "seed " + seed + ", life " + life;
      assertThat(BillingFixture.total(twins.charges))
          .as(as)
          .isEqualTo(BillingFixture.total(atOnce));
      assertThat(seconds(twins.charges)).as(as).isEqualTo(twins.activeSeconds);
      assertThat(seconds(atOnce)).as(as).isEqualTo(twins.activeSeconds);
      assertThat(twins.f.take(twins.often, now)).as(as).isEmpty();
      assertThat(twins.f.take(twins.once, now)).as(as).isEmpty();
      assertThat(twins.f.nextDue(twins.often.id())).as(as).isEmpty();
    }
  }
}

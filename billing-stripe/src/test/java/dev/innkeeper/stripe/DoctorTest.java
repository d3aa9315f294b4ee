package dev.innkeeper.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import com.stripe.Stripe;
import dev.innkeeper.billing.payment.spi.ProviderFinding;
import dev.innkeeper.billing.payment.spi.ProviderFinding.Level;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DoctorTest {
  private final StripeWorld world = new StripeWorld();

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void nothingIsWrongWhenAllIsSetUp() {
    endpoint(new ArrayList<>(Doctor.EVENTS), Stripe.API_VERSION);
    assertThat(provider(Clock.systemUTC()).diagnose())
        .hasSize(4)
        .allMatch(finding -> finding.level() == Level.OK);
    assertThat(world.stripe.requests()).allMatch(request -> request.startsWith("GET"));
  }

  @Test
  void aMissingEndpointEventOrVersionIsNamed() {
    assertThat(problems(provider(Clock.systemUTC()))).containsExactly("webhook endpoint");
    List<String> some = new ArrayList<>(Doctor.EVENTS);
    some.remove("refund.failed");
    endpoint(some, Stripe.API_VERSION);
    endpoint(List.of("*"), "2019-01-01");
    List<ProviderFinding> findings = provider(Clock.systemUTC()).diagnose();
    assertThat(findings).anyMatch(f -> f.message().contains("refund.failed"));
    assertThat(findings)
        .anyMatch(f -> f.level() == Level.WARNING && f.message().contains(Stripe.API_VERSION));
  }

  @Test
  void aWrongKeyAndAMissingSecretAreNamedWithoutBeingShown() {
    Map<String, String> settings =
        new HashMap<>(StripeWorld.settings(world.stripe, StripeWorld.TIMEOUT_MILLIS));
    settings.put("secretKey", "sk_test_withdrawn000");
    settings.remove("webhookSecret");
    StripeProvider provider =
        new StripeProvider(
            StripeSettings.of(settings, Map.of()), world.clock, world.clock, millis -> {});
    assertThat(problems(provider)).containsExactly("secret key", "webhook secret");
    assertThat(provider.diagnose().toString()).doesNotContain("withdrawn");
  }

  @Test
  void aClockThatIsOffIsNamed() {
    endpoint(List.of("*"), Stripe.API_VERSION);
    Clock off = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(9));
    assertThat(problems(provider(off))).containsExactly("clock");
  }

  /** The double's web server says the machine's time. */
  private StripeProvider provider(Clock worldClock) {
    return new StripeProvider(
        StripeSettings.of(StripeWorld.settings(world.stripe, StripeWorld.TIMEOUT_MILLIS), Map.of()),
        world.clock,
        worldClock,
        millis -> {});
  }

  private static List<String> problems(StripeProvider provider) {
    return provider.diagnose().stream()
        .filter(finding -> finding.level() == Level.PROBLEM)
        .map(ProviderFinding::subject)
        .toList();
  }

  private void endpoint(List<String> events, String version) {
    world.stripe.with(
        b -> {
          Map<String, Object> endpoint = b.make("we", "webhook_endpoint");
          endpoint.put("url", "https://hoster.test/webhooks/stripe");
          endpoint.put("status", "enabled");
          endpoint.put("enabled_events", events);
          endpoint.put("api_version", version);
          return null;
        });
  }
}

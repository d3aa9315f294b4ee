package dev.innkeeper.server.payments;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.server.TestServer;
import dev.innkeeper.server.config.ConfigKey;
import dev.innkeeper.server.demo.PaymentDouble;
import dev.innkeeper.server.demo.Stage;
import dev.innkeeper.server.demo.Story;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The demo's story with the plugin for Stripe: every amount is the sandbox's. */
class StripeStoryTest {
  @Test
  void theStoryIsTheSameByStripe() {
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    try (PaymentDouble stripe = StripeShop.startDouble();
        TestServer server =
            TestServer.start(
                StripeShop.settings(stripe)
                    .option(ConfigKey.TRIAL_CLOCK_START, Story.BEGIN, "test"))) {
      stripe.postTo(server.url());
      new Story(
              server.admin(),
              new PrintStream(told, true, StandardCharsets.UTF_8),
              Stage.sites(),
              "stripe")
          .play();
    }
    assertThat(told.toString(StandardCharsets.UTF_8)).contains("31 Jul 2026  Ben pays");
  }
}

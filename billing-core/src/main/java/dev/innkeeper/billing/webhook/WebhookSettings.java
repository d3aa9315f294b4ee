package dev.innkeeper.billing.webhook;

import java.time.Clock;
import java.time.Duration;

/**
 * How webhooks are sent.
 *
 * @param targets where they may be sent
 * @param attemptsMax tries of one event before it is parked, 1 to 50
 * @param timeout for a connection, the request and the answer together, up to a minute
 * @param retention how long the delivery log is kept
 * @param concurrency requests of one node to one endpoint at once, 1 to 64
 * @param wireClock the receivers' time, which signatures and leases go by; never a moved one
 * @param secretCipher what secrets are sealed with in the database
 */
public record WebhookSettings(
    WebhookTargets targets,
    int attemptsMax,
    Duration timeout,
    Duration retention,
    int concurrency,
    Clock wireClock,
    SecretCipher secretCipher) {

  /** Public addresses, 12 tries over about 40 hours, 10 seconds each, 30 days of log. */
  public static WebhookSettings standard() {
    return new WebhookSettings(
        WebhookTargets.PUBLIC,
        12,
        Duration.ofSeconds(10),
        Duration.ofDays(30),
        8,
        Clock.systemUTC(),
        SecretCipher.none());
  }

  public WebhookSettings {
    require(attemptsMax >= 1 && attemptsMax <= 50, "attemptsMax must be 1 to 50");
    require(
        timeout.toMillis() >= 1 && timeout.compareTo(Duration.ofMinutes(1)) <= 0,
        "timeout must be above zero and at most a minute");
    require(!retention.isNegative() && !retention.isZero(), "retention must be above zero");
    require(concurrency >= 1 && concurrency <= 64, "concurrency must be 1 to 64");
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }

  public WebhookSettings withTargets(WebhookTargets newTargets) {
    return new WebhookSettings(
        newTargets, attemptsMax, timeout, retention, concurrency, wireClock, secretCipher);
  }

  public WebhookSettings withAttemptsMax(int newAttemptsMax) {
    return new WebhookSettings(
        targets, newAttemptsMax, timeout, retention, concurrency, wireClock, secretCipher);
  }

  public WebhookSettings withTimeout(Duration newTimeout) {
    return new WebhookSettings(
        targets, attemptsMax, newTimeout, retention, concurrency, wireClock, secretCipher);
  }

  public WebhookSettings withRetention(Duration newRetention) {
    return new WebhookSettings(
        targets, attemptsMax, timeout, newRetention, concurrency, wireClock, secretCipher);
  }

  public WebhookSettings withConcurrency(int newConcurrency) {
    return new WebhookSettings(
        targets, attemptsMax, timeout, retention, newConcurrency, wireClock, secretCipher);
  }

  public WebhookSettings withWireClock(Clock newWireClock) {
    return new WebhookSettings(
        targets, attemptsMax, timeout, retention, concurrency, newWireClock, secretCipher);
  }

  /** Seals secrets that are made from now on; see {@link Webhooks#sealSecrets} for older ones. */
  public WebhookSettings withSecretCipher(SecretCipher newSecretCipher) {
    return new WebhookSettings(
        targets, attemptsMax, timeout, retention, concurrency, wireClock, newSecretCipher);
  }
}

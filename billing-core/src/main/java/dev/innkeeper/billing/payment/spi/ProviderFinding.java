package dev.innkeeper.billing.payment.spi;

/**
 * One thing found out about a provider's set-up.
 *
 * @param subject what was looked at, such as {@code webhook endpoint}
 * @param message what is so and, unless all is well, how to mend it; holds nothing secret
 */
public record ProviderFinding(Level level, String subject, String message) {
  /** How bad it is. */
  public enum Level {
    OK,
    WARNING,
    PROBLEM
  }
}

package dev.innkeeper.billing.webhook;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What came of one request.
 *
 * @param statusCode null when no answer came
 * @param response the first kilobyte of the answer's body
 * @param error empty when it was delivered
 * @param retryAfter how long the receiver asked to be left alone; zero for nothing
 */
record Answer(
    @Nullable Integer statusCode,
    int durationMillis,
    String response,
    String error,
    Duration retryAfter) {
  private static final int GONE = 410;

  boolean isDelivered() {
    return error.isEmpty();
  }

  /** Whether the receiver wants nothing any more. */
  boolean isGone() {
    return statusCode != null && statusCode == GONE;
  }
}

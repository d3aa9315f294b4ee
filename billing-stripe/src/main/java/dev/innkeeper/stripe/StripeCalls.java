package dev.innkeeper.stripe;

import com.stripe.Stripe;
import com.stripe.StripeClient;
import com.stripe.exception.CardException;
import com.stripe.exception.IdempotencyException;
import com.stripe.exception.StripeException;
import com.stripe.net.RequestOptions;
import com.stripe.service.V1Services;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends requests and tells apart what was done, what was refused and what can't be told. Waits and
 * asks again, with the same key, only where Stripe said that it did nothing. Thread-safe.
 */
final class StripeCalls {
  /** New keys after Stripe's own failures, which it repeats for a day under the old one. */
  static final int KEYS_MAX = 3;

  private static final int TRIES_MAX = 5;
  private static final long BACKOFF_MILLIS = 200;
  private static final int LEFT_MILLIS_MIN = 20;
  private static final Logger LOG = LoggerFactory.getLogger(StripeCalls.class);

  static {
    // Its file in the home folder and its header are nobody's business.
    Stripe.enableTelemetry = false;
  }

  private final StripeClient client;
  private final int timeoutMillis;
  private final Pause pause;

  StripeCalls(StripeSettings settings, Pause pause) {
    this.timeoutMillis = settings.timeoutMillis();
    this.pause = pause;
    this.client =
        StripeClient.builder()
            .setApiKey(settings.secretKey())
            .setApiBase(settings.apiBase().toString())
            .setConnectTimeout(timeoutMillis)
            .setReadTimeout(timeoutMillis)
            .setMaxNetworkRetries(0)
            .setHttpClient(new StripeWire(timeoutMillis))
            .build();
  }

  /** One request of the SDK's. */
  @FunctionalInterface
  interface Request<T> {
    T send(V1Services stripe, RequestOptions options) throws StripeException;
  }

  /** Waits. */
  @FunctionalInterface
  interface Pause {
    void millis(long millis) throws InterruptedException;
  }

  /** Asks Stripe something that changes nothing. */
  <T> Reply<T> ask(Deadline deadline, Request<T> request) {
    return send(null, deadline, request);
  }

  /** Has Stripe do something, once for the key. */
  <T> Reply<T> act(String key, Deadline deadline, Request<T> request) {
    return send(key, deadline, request);
  }

  /**
   * {@link #act} for what is the same however often it is done: goes on to another key when one is
   * spent.
   */
  <T> Reply<T> actAnew(String key, Deadline deadline, Request<T> request) {
    Reply<T> reply = act(key, deadline, request);
    for (int n = 2; n <= KEYS_MAX && isSpent(reply); n++) {
      reply = act(numbered(key, n), deadline, request);
    }
    return reply;
  }

  /** Whether the key that was sent is of no more use. */
  static boolean isSpent(Reply<?> reply) {
    return reply instanceof Reply.Unclear<?> unclear && unclear.keyIsSpent();
  }

  /** The n-th key for one thing: the same at every call. */
  static String numbered(String key, int n) {
    return n == 1 ? key : key + ":" + n;
  }

  private <T> Reply<T> send(@Nullable String key, Deadline deadline, Request<T> request) {
    for (int tries = 1; ; tries++) {
      int millis = (int) Math.min(timeoutMillis, deadline.leftMillis());
      if (millis < LEFT_MILLIS_MIN) {
        return new Reply.Unclear<>("no time left", false);
      }
      RequestOptions.RequestOptionsBuilder options =
          RequestOptions.builder().setConnectTimeout(millis).setReadTimeout(millis);
      if (key != null) {
        options.setIdempotencyKey(key);
      }
      try {
        T value = request.send(client.v1(), options.build());
        return value == null
            ? new Reply.Unclear<>("an empty answer", false)
            : new Reply.Done<>(value);
      } catch (StripeException e) {
        if (!isBusy(e) || tries == TRIES_MAX || !waited(tries, deadline)) {
          return reply(e);
        }
      } catch (RuntimeException e) {
        // What can't be read says nothing of what was done.
        LOG.warn("an answer of Stripe's can't be read: {}", e.getClass().getSimpleName());
        return new Reply.Unclear<>("an answer that can't be read", false);
      }
    }
  }

  /** Stripe said that it did nothing because it has, or one object has, too much to do. */
  private static boolean isBusy(StripeException e) {
    return status(e) == 429 || "lock_timeout".equals(e.getCode());
  }

  private boolean waited(int tries, Deadline deadline) {
    long base = BACKOFF_MILLIS << (tries - 1);
    long millis = base / 2 + ThreadLocalRandom.current().nextLong(base);
    if (millis >= deadline.leftMillis()) {
      return false;
    }
    try {
      pause.millis(millis);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static <T> Reply<T> reply(StripeException e) {
    int status = status(e);
    LOG.info("Stripe answered {} {} to {}", status, e.getCode(), e.getRequestId());
    boolean refused =
        e instanceof CardException
            || (status >= 400 && status < 409 && !(e instanceof IdempotencyException));
    return refused
        ? new Reply.Refused<>(e)
        : new Reply.Unclear<>(
            e.getClass().getSimpleName() + " " + status + " " + e.getCode(),
            status >= 500 || e instanceof IdempotencyException);
  }

  private static int status(StripeException e) {
    Integer status = e.getStatusCode();
    return status == null ? 0 : status;
  }
}

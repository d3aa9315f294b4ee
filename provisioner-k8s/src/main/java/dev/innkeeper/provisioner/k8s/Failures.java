package dev.innkeeper.provisioner.k8s;

import dev.innkeeper.provisioner.Outcome;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Tells what a further attempt is good for after the API server said no, or nothing. */
final class Failures {
  private static final int UNPROCESSABLE = 422;

  /** No answer at all, time-outs, overload, and proxies before a server that is away. */
  private static final Set<Integer> AWAY = Set.of(0, 408, 429, 502, 503, 504);

  private Failures() {}

  static Outcome told(Supplier<Outcome> work) {
    try {
      return work.get();
    } catch (KubernetesClientException e) {
      return of(e);
    }
  }

  static Outcome of(KubernetesClientException failure) {
    String message = "the cluster says: " + words(failure);
    int code = failure.getCode();
    if (code == 400 || code == UNPROCESSABLE) {
      return Outcome.permanent(message);
    }
    // Of the others some pass (a token is renewed, a quota freed, a role repaired), some don't.
    return AWAY.contains(code) ? Outcome.unreachable(message) : Outcome.transientFailure(message);
  }

  /** The server's own words, without the request that they answer. */
  private static String words(KubernetesClientException failure) {
    return Optional.ofNullable(failure.getStatus())
        .map(status -> status.getMessage())
        .or(() -> Optional.ofNullable(failure.getMessage()))
        .orElse(failure.toString());
  }
}

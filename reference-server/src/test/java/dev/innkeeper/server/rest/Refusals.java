package dev.innkeeper.server.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.server.client.ApiProblem;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What tests ask of requests that the API does not do. */
final class Refusals {
  private Refusals() {}

  /** Asserts that a request is refused with a status, and with all of the texts. */
  static void requireRefused(ThrowingCallable call, int status, String... texts) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ApiProblem.class,
            e -> {
              assertThat(e.status()).isEqualTo(status);
              assertThat(e.getMessage()).contains(texts);
            });
  }
}

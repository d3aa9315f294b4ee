package dev.innkeeper.server.auth;

import java.time.Instant;

/**
 * A token as it is handed out, once: only its hash is kept.
 *
 * @param secret what its holder sends back
 */
public record AccessToken(String secret, Instant expiresAt) {
  @Override
  public String toString() {
    return "AccessToken[expiresAt=" + expiresAt + "]";
  }
}

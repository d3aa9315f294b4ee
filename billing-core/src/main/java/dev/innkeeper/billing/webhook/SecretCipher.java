package dev.innkeeper.billing.webhook;

import dev.innkeeper.billing.problem.NotAllowed;
import java.security.SecureRandom;
import java.util.UUID;

/**
 * Keeps webhooks' secrets from those who can read the database, but not the key. Implementations
 * are thread-safe and quick: {@link #open} is called for each message.
 */
public interface SecretCipher {
  /**
   * What is stored in place of a secret: starts with {@code whsec_} as the secret does, and holds a
   * colon, which no secret does.
   *
   * @param endpointId the secret's; what is sealed for one endpoint can't be opened for another
   */
  String seal(UUID endpointId, String secret);

  /**
   * The secret that was stored, sealed or as it is.
   *
   * @throws NotAllowed with code {@code secret-sealed} when it can't be opened
   */
  String open(UUID endpointId, String stored);

  /** Stores secrets as they are. */
  static SecretCipher none() {
    return new SecretCipher() {
      @Override
      public String seal(UUID endpointId, String secret) {
        return secret;
      }

      @Override
      public String open(UUID endpointId, String stored) {
        if (isSealed(stored)) {
          throw sealed();
        }
        return stored;
      }
    };
  }

  /**
   * Seals with AES-256-GCM; opens what was stored as it is too.
   *
   * @param key 32 bytes
   * @throws IllegalArgumentException when the key has another length
   */
  static SecretCipher aesGcm(byte[] key) {
    return new AesGcmCipher(key, new SecureRandom());
  }

  /** Whether a text is what a cipher stored, rather than a secret. */
  static boolean isSealed(String stored) {
    return stored.indexOf(':') >= 0;
  }

  /** Says that a secret can't be opened, and what to do. */
  static NotAllowed sealed() {
    return new NotAllowed(
        "secret-sealed",
        "the webhook's secret was sealed with a key that is not here: give the key it was sealed"
            + " with, or rotate the secret with an overlap of zero");
  }
}

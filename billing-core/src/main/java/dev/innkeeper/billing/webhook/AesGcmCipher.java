package dev.innkeeper.billing.webhook;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AES-256-GCM with a fresh nonce for each secret, bound to its endpoint. Thread-safe. */
final class AesGcmCipher implements SecretCipher {
  private static final String PREFIX = Signature.PREFIX + "gcm:";
  private static final int KEY_BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  private final SecretKeySpec key;
  private final SecureRandom random;

  AesGcmCipher(byte[] key, SecureRandom random) {
    if (key.length != KEY_BYTES) {
      throw new IllegalArgumentException(
          "a key has " + KEY_BYTES + " bytes, not " + key.length + "; make one at random");
    }
    this.key = new SecretKeySpec(key, "AES");
    this.random = random;
  }

  @Override
  public String seal(UUID endpointId, String secret) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      byte[] sealed =
          cipher(Cipher.ENCRYPT_MODE, endpointId, nonce)
              .doFinal(secret.getBytes(StandardCharsets.UTF_8));
      byte[] whole = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
      System.arraycopy(sealed, 0, whole, NONCE_BYTES, sealed.length);
      return PREFIX + Base64.getEncoder().encodeToString(whole);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has AES-GCM", e);
    }
  }

  @Override
  public String open(UUID endpointId, String stored) {
    if (!SecretCipher.isSealed(stored)) {
      return stored;
    }
    if (!stored.startsWith(PREFIX)) {
      throw SecretCipher.sealed();
    }
    try {
      byte[] whole = Base64.getDecoder().decode(stored.substring(PREFIX.length()));
      byte[] nonce = Arrays.copyOf(whole, NONCE_BYTES);
      byte[] opened =
          cipher(Cipher.DECRYPT_MODE, endpointId, nonce)
              .doFinal(whole, NONCE_BYTES, whole.length - NONCE_BYTES);
      return new String(opened, StandardCharsets.UTF_8);
    } catch (AEADBadTagException | IllegalArgumentException e) {
      throw SecretCipher.sealed();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has AES-GCM", e);
    }
  }

  private Cipher cipher(int mode, UUID endpointId, byte[] nonce) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(endpointId.toString().getBytes(StandardCharsets.UTF_8));
    return cipher;
  }
}

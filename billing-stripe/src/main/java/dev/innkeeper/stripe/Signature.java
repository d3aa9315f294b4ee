package dev.innkeeper.stripe;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Checks that Stripe signed the very bytes, lately: 300 seconds ago at most, and as little in the
 * future. The SDK's own check looks at the past only, and throws what it likes on rubbish.
 */
final class Signature {
  static final String HEADER = "stripe-signature";
  private static final Duration TOLERANCE = Duration.ofMinutes(5);
  private static final int HEADER_LENGTH_MAX = 2_000;
  private static final String HMAC = "HmacSHA256";

  private final List<SecretKeySpec> secrets;
  private final Clock clock;

  /**
   * @param clock the world's time, since Stripe goes by no other
   */
  Signature(List<String> secrets, Clock clock) {
    this.secrets =
        secrets.stream()
            .map(secret -> new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), HMAC))
            .toList();
    this.clock = clock;
  }

  /** What is wrong; empty when nothing is. */
  String problem(String header, byte[] rawBody) {
    if (secrets.isEmpty()) {
      return "no webhook secret is set";
    }
    if (header.isEmpty() || header.length() > HEADER_LENGTH_MAX) {
      return "the signature is missing or malformed";
    }
    String time = "";
    boolean isSigned = false;
    for (String part : header.split(",", -1)) {
      if (part.startsWith("t=")) {
        time = part.substring(2);
      }
    }
    if (!time.matches("[0-9]{1,12}")) {
      return "the signature is missing or malformed";
    }
    for (String part : header.split(",", -1)) {
      if (part.matches("v1=[0-9a-f]{64}")) {
        isSigned |= isOurs(time, rawBody, HexFormat.of().parseHex(part.substring(3)));
      }
    }
    if (!isSigned) {
      return "the signature is wrong";
    }
    long off = Math.abs(clock.instant().getEpochSecond() - Long.parseLong(time));
    return off > TOLERANCE.toSeconds() ? "the signature's time is off by " + off + " s" : "";
  }

  private boolean isOurs(String time, byte[] rawBody, byte[] claimed) {
    boolean isOurs = false;
    for (SecretKeySpec secret : secrets) {
      isOurs |= MessageDigest.isEqual(claimed, mac(secret, time, rawBody));
    }
    return isOurs;
  }

  private static byte[] mac(SecretKeySpec secret, String time, byte[] rawBody) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(secret);
      mac.update((time + ".").getBytes(StandardCharsets.UTF_8));
      return mac.doFinal(rawBody);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + HMAC, e);
    }
  }
}

package dev.innkeeper.billing.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.problem.NotAllowed;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Webhooks' secrets, sealed in the database. */
class SecretCipherTest {
  private static final UUID ENDPOINT = new UUID(1, 2);
  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  private final WebhookFixture fixture = new WebhookFixture();
  private final Receiver receiver = new Receiver();

  @AfterEach
  void stop() {
    receiver.close();
    fixture.close();
  }

  private static SecretCipher cipher(int key) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) key);
    return SecretCipher.aesGcm(bytes);
  }

  private List<String> stored() {
    return fixture.db.tx(
        handle ->
            handle.createQuery("select secret from @.webhook_secret").mapTo(String.class).list());
  }

  private Webhooks node(SecretCipher cipher) {
    return fixture.node(fixture.settings().withSecretCipher(cipher));
  }

  @Test
  void whatIsSealedTellsNothingAndIsOpenedForItsEndpointAlone() {
    SecretCipher cipher = cipher(1);
    String sealed = cipher.seal(ENDPOINT, SECRET);
    assertThat(sealed).startsWith("whsec_gcm:").doesNotContain("MfKQ9r8G");
    assertThat(cipher.seal(ENDPOINT, SECRET)).as("never the same twice").isNotEqualTo(sealed);
    assertThat(cipher.open(ENDPOINT, sealed)).isEqualTo(SECRET);
    assertThat(cipher.open(ENDPOINT, SECRET)).as("from before the key").isEqualTo(SECRET);
    String altered =
        sealed.substring(0, 20) + (sealed.charAt(20) == 'A' ? 'B' : 'A') + sealed.substring(21);
    for (String wrong : List.of(altered, "whsec_gcm:", "whsec_gcm:AAAA", "whsec_other:AAAA")) {
      requireSealed(cipher, ENDPOINT, wrong);
    }
    requireSealed(cipher, new UUID(1, 3), sealed);
    requireSealed(cipher(2), ENDPOINT, sealed);
    requireSealed(SecretCipher.none(), ENDPOINT, sealed);
  }

  private static void requireSealed(SecretCipher cipher, UUID endpointId, String stored) {
    assertThatThrownBy(() -> cipher.open(endpointId, stored))
        .isInstanceOfSatisfying(
            NotAllowed.class, e -> assertThat(e.code()).isEqualTo("secret-sealed"))
        .hasMessageContaining("rotate the secret");
  }

  @Test
  void aKeyOfAnotherLengthIsRefused() {
    assertThatThrownBy(() -> SecretCipher.aesGcm(new byte[16]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("32 bytes");
  }

  @Test
  void secretsAreSealedInTheDatabaseAndSignAsBefore() {
    Webhooks node = node(cipher(1));
    CreatedWebhook created = node.create(NewWebhookEndpoint.of(receiver.url()), "key");
    String secret = Objects.requireNonNull(created.secret());
    UUID id = created.endpoint().id();
    String fresh = Objects.requireNonNull(node.rotate(id, Duration.ofDays(1), "rotate").secret());
    assertThat(stored()).hasSize(2).allSatisfy(SecretCipherTest::requireNoSecret);
    fixture.customer("ada");
    fixture.deliver(node);
    assertThat(receiver.received()).hasSize(1);
    assertThat(receiver.received().get(0).signedWith(secret)).isEqualTo(1);
    assertThat(receiver.received().get(0).signedWith(fresh)).isEqualTo(1);
    assertThat(node.ping(id).delivered()).isTrue();
  }

  private static void requireNoSecret(String stored) {
    assertThat(stored).startsWith("whsec_gcm:");
  }

  @Test
  void secretsFromBeforeTheKeyAreSealedOnce() {
    CreatedWebhook created = fixture.node().create(NewWebhookEndpoint.of(receiver.url()), "key");
    String secret = Objects.requireNonNull(created.secret());
    assertThat(fixture.node().sealSecrets()).as("without a key").isZero();
    assertThat(stored()).containsExactly(secret);
    Webhooks node = node(cipher(1));
    assertThat(node.sealSecrets()).isEqualTo(1);
    assertThat(node.sealSecrets()).isZero();
    assertThat(stored()).allSatisfy(SecretCipherTest::requireNoSecret);
    fixture.customer("ada");
    fixture.deliver(node);
    assertThat(receiver.received().get(0).signedWith(secret)).isEqualTo(1);
  }

  @Test
  void withoutTheKeyNothingIsSentAndTheReasonIsTold() {
    Webhooks node = node(cipher(1));
    CreatedWebhook created = node.create(NewWebhookEndpoint.of(receiver.url()), "key");
    UUID id = created.endpoint().id();
    fixture.customer("ada");
    Webhooks keyless = fixture.node();
    fixture.deliver(keyless);
    assertThat(receiver.received()).isEmpty();
    WebhookAttempt attempt = keyless.attempts(id, null, 10).get(0);
    assertThat(attempt.delivered()).isFalse();
    assertThat(attempt.error()).contains("sealed with a key that is not here");
    assertThatThrownBy(() -> keyless.ping(id)).isInstanceOf(NotAllowed.class);
    fixture.advance(Duration.ofHours(1));
    fixture.deliver(node);
    assertThat(receiver.received()).as("what waited, once the key is there").hasSize(1);
  }
}

package dev.innkeeper.billing.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

class SignatureTest {
  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final byte[] BODY = "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8);

  @Test
  void isWhatStandardWebhooksGivesAsItsExample() {
    assertThat(
            Signature.header(List.of(SECRET), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330L, BODY))
        .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  }

  @Test
  void everySecretSigns() {
    String other = Signature.newSecret(new SecureRandom());
    String both = Signature.header(List.of(other, SECRET), "id", 1, BODY);
    assertThat(both.split(" ", -1))
        .containsExactly(
            Signature.header(List.of(other), "id", 1, BODY),
            Signature.header(List.of(SECRET), "id", 1, BODY));
  }

  @Test
  void secretsAreLongAndNeverTheSame() {
    SecureRandom random = new SecureRandom();
    String one = Signature.newSecret(random);
    assertThat(one).startsWith("whsec_").isNotEqualTo(Signature.newSecret(random));
    assertThat(Base64.getDecoder().decode(one.substring("whsec_".length()))).hasSize(32);
  }
}

package dev.innkeeper.server.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.innkeeper.server.config.ConfigKey;
import dev.innkeeper.server.config.ConfigProblem;
import dev.innkeeper.server.config.ConfigReader;
import dev.innkeeper.server.config.ServerConfig;
import dev.innkeeper.server.config.ServerConfig.Smtp;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On the way to the SMTP server: protection that holds, and a password that stays unsaid. */
class SmtpTlsTest {
  private static final String USER = "innkeeper";
  private static final String PASSWORD = "a-secret-of-the-house";
  private static final Post.Letter LETTER =
      new Post.Letter(
          "<1@gasthaus.example>",
          new MailText("ada@example.org", "en", "Hello", "Plain", "<p>HTML</p>"),
          List.of());

  @TempDir private static Path folder;

  private static KeyStore keys;
  private static Path certificate;

  private GreenMail smtp;

  @BeforeAll
  static void makeKeys() throws Exception {
    keys = TlsFront.newKeys(folder, "ip:127.0.0.1");
    certificate = TlsFront.certificate(folder, keys);
  }

  @BeforeEach
  void open() {
    ServerSetup setup = new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP);
    setup.setServerStartupTimeout(60_000);
    smtp = new GreenMail(setup);
    smtp.start();
    smtp.setUser(USER, USER, PASSWORD);
  }

  @AfterEach
  void close() {
    smtp.stop();
  }

  private static ServerConfig config(
      int port, String tls, @Nullable Path trusted, String password) {
    return new ConfigReader()
        .option(ConfigKey.MAIL_HOST, "127.0.0.1", "test")
        .option(ConfigKey.MAIL_PORT, port, "test")
        .option(ConfigKey.MAIL_TLS, tls, "test")
        .option(ConfigKey.MAIL_CERTIFICATES, trusted, "test")
        .option(ConfigKey.MAIL_USER, USER, "test")
        .option(ConfigKey.MAIL_PASSWORD, password, "test")
        .option(ConfigKey.MAIL_FROM, "billing@gasthaus.example", "test")
        .read();
  }

  private static Post post(int port, String tls, @Nullable Path trusted, String password) {
    Smtp settings = Objects.requireNonNull(config(port, tls, trusted, password).mail().smtp());
    return new SmtpPost(settings, "Gasthaus GmbH");
  }

  private int plainPort() {
    return smtp.getSmtp().getPort();
  }

  private static void requireUnsaid(String text, String password) {
    assertThat(text)
        .doesNotContain(password)
        .doesNotContain(
            Base64.getEncoder().encodeToString(password.getBytes(StandardCharsets.UTF_8)))
        .doesNotContain(
            Base64.getEncoder()
                .encodeToString(("\0" + USER + "\0" + password).getBytes(StandardCharsets.UTF_8)));
  }

  private static String trace(Throwable failure) {
    StringWriter trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace));
    return trace.toString();
  }

  @Test
  void overStartTlsAMailArrivesAndNothingElseIsSaidInTheOpen() throws Exception {
    try (TlsFront front = TlsFront.start(plainPort(), keys, false)) {
      post(front.port(), "starttls", certificate, PASSWORD).handOver(LETTER);
      assertThat(smtp.getReceivedMessages()).hasSize(1);
      assertThat(smtp.getReceivedMessages()[0].getSubject()).isEqualTo("Hello");
      assertThat(front.heard()).hasSize(2);
      assertThat(front.heard().get(0)).startsWith("EHLO");
      assertThat(front.heard().get(1)).isEqualTo("STARTTLS");
    }
  }

  @Test
  void overTlsFromTheStartAMailArrives() throws Exception {
    try (TlsFront front = TlsFront.start(plainPort(), keys, true)) {
      post(front.port(), "tls", certificate, PASSWORD).handOver(LETTER);
      assertThat(smtp.getReceivedMessages()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"starttls", "tls"})
  void aServerThatCantProveWhoItIsGetsNeitherMailNorPassword(String tls) throws Exception {
    try (TlsFront front = TlsFront.start(plainPort(), keys, tls.equals("tls"))) {
      Post post = post(front.port(), tls, null, PASSWORD);
      assertThatThrownBy(() -> post.handOver(LETTER))
          .isInstanceOf(Post.NotHandedOver.class)
          .satisfies(e -> requireUnsaid(trace(e), PASSWORD));
      requireUnsaid(String.join("\n", front.heard()), PASSWORD);
    }
    assertThat(smtp.getReceivedMessages()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"starttls", "tls"})
  void aCertificateForAnotherNameIsNotEnough(String tls) throws Exception {
    KeyStore others = TlsFront.newKeys(folder, "dns:" + tls + ".example.org");
    Path trusted = TlsFront.certificate(Files.createTempDirectory(folder, "other"), others);
    try (TlsFront front = TlsFront.start(plainPort(), others, tls.equals("tls"))) {
      Post post = post(front.port(), tls, trusted, PASSWORD);
      assertThatThrownBy(() -> post.handOver(LETTER)).isInstanceOf(Post.NotHandedOver.class);
    }
    assertThat(smtp.getReceivedMessages()).isEmpty();
  }

  @Test
  void aServerWithoutStartTlsGetsNothing() {
    Post post = post(plainPort(), "starttls", certificate, PASSWORD);
    assertThatThrownBy(() -> post.handOver(LETTER))
        .isInstanceOf(Post.NotHandedOver.class)
        .hasMessageContaining("STARTTLS")
        .satisfies(e -> requireUnsaid(trace(e), PASSWORD));
    assertThat(smtp.getReceivedMessages()).isEmpty();
  }

  @Test
  void aPasswordThatIsRefusedIsNowhereInTheError() throws Exception {
    String wrong = "a-wrong-secret-of-the-house";
    try (TlsFront front = TlsFront.start(plainPort(), keys, false)) {
      Post post = post(front.port(), "starttls", certificate, wrong);
      assertThatThrownBy(() -> post.handOver(LETTER))
          .isInstanceOf(Post.NotHandedOver.class)
          .hasMessageContaining("535")
          .satisfies(e -> requireUnsaid(trace(e), wrong));
    }
    assertThat(smtp.getReceivedMessages()).isEmpty();
  }

  @Test
  void theConfigurationDoesNotPrintThePassword() {
    requireUnsaid(config(25, "none", null, PASSWORD).toString(), PASSWORD);
  }

  @Test
  void aFileWithoutACertificateIsRefusedAtTheStart() throws Exception {
    Path empty = Files.writeString(folder.resolve("empty.pem"), "nothing");
    assertThatThrownBy(() -> config(25, "tls", empty, PASSWORD))
        .isInstanceOf(ConfigProblem.class)
        .hasMessageContaining("mail.certificates: can't read a certificate from " + empty)
        .hasMessageContaining("name a PEM file");
  }
}

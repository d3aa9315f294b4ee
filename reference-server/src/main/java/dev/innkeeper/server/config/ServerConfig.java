package dev.innkeeper.server.config;

import dev.innkeeper.billing.invoice.Seller;
import dev.innkeeper.billing.invoice.tax.TaxPolicy;
import dev.innkeeper.billing.webhook.SecretCipher;
import dev.innkeeper.billing.webhook.WebhookTargets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A checked configuration. Immutable.
 *
 * @param dataFolder absolute
 * @param catalogFile applied at every start; null for none
 * @param pluginModules Maven modules that are loaded without packaging
 * @param provisioners settings by provisioner's kind
 * @param secretCipher what webhooks' secrets are sealed with in the database
 * @param seller who issues invoices
 * @param tax how invoices are taxed; not at all unless set
 * @param documentTemplates a folder that takes the place of built-in templates; null for none
 * @param payments settings by payment provider's code; those named here are used, and no others
 */
public record ServerConfig(
    Mode mode,
    Path dataFolder,
    Http http,
    DatabaseSettings database,
    @Nullable Path catalogFile,
    Path pluginsFolder,
    List<Path> pluginModules,
    Map<String, Map<String, String>> provisioners,
    Map<String, Map<String, String>> payments,
    Duration workInterval,
    WebhookTargets webhookTargets,
    SecretCipher secretCipher,
    Trial trial,
    Seller seller,
    TaxPolicy tax,
    @Nullable Path documentTemplates,
    MailSettings mail) {

  /** Plugins' settings may be keys, so that only their names are told. */
  @Override
  public String toString() {
    return "ServerConfig["
        + mode
        + ", "
        + dataFolder
        + ", "
        + http
        + ", "
        + database
        + ", provisioners="
        + provisioners.keySet()
        + ", payments="
        + payments.keySet()
        + "]";
  }

  /**
   * Where to listen.
   *
   * @param port 0 for any free one
   * @param publicUrl empty when it follows from host and port
   */
  public record Http(String host, int port, String publicUrl, int bodyBytesMax) {}

  /**
   * Which PostgreSQL.
   *
   * @param url empty for the embedded server
   * @param password never printed
   */
  public record DatabaseSettings(
      String url, String user, String password, int embeddedPort, int poolSize) {
    public boolean isEmbedded() {
      return url.isEmpty();
    }

    @Override
    public String toString() {
      return isEmbedded() ? "embedded PostgreSQL" : url.replaceAll("\\?.*", "");
    }
  }

  /**
   * The clock of a trial.
   *
   * @param clockStart where a new trial's time begins; null for now
   * @param clockStands time passes only when it is moved
   */
  public record Trial(@Nullable Instant clockStart, boolean clockStands) {}

  /**
   * How mails leave.
   *
   * @param smtp null when there is no server: mails are kept, and not sent
   * @param templates a folder that takes the place of built-in texts; null for none
   */
  public record MailSettings(@Nullable Smtp smtp, @Nullable Path templates) {}

  /** How the way to the SMTP server is protected. */
  public enum Tls {
    STARTTLS,
    TLS,
    NONE
  }

  /**
   * An SMTP server.
   *
   * @param certificates one of which the server's has to go back to; empty for those Java knows
   * @param user empty for none
   * @param password never printed
   * @param from the address that mails come from
   */
  public record Smtp(
      String host,
      int port,
      Tls tls,
      List<X509Certificate> certificates,
      String user,
      String password,
      String from) {
    @Override
    public String toString() {
      return host + ":" + port;
    }
  }
}

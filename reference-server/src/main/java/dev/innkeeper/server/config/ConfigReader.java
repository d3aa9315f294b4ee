package dev.innkeeper.server.config;

import dev.innkeeper.billing.customer.Address;
import dev.innkeeper.billing.invoice.Seller;
import dev.innkeeper.billing.invoice.tax.TaxPolicy;
import dev.innkeeper.billing.invoice.tax.TaxTable;
import dev.innkeeper.billing.invoice.tax.VatId;
import dev.innkeeper.billing.webhook.SecretCipher;
import dev.innkeeper.billing.webhook.WebhookTargets;
import dev.innkeeper.server.config.ServerConfig.DatabaseSettings;
import dev.innkeeper.server.config.ServerConfig.Http;
import dev.innkeeper.server.config.ServerConfig.MailSettings;
import dev.innkeeper.server.config.ServerConfig.Smtp;
import dev.innkeeper.server.config.ServerConfig.Tls;
import dev.innkeeper.server.config.ServerConfig.Trial;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;

/**
 * Reads and checks the configuration. A value comes from the command line, else the environment,
 * else the file, else the key's default; a value that can't be used is refused with its place, its
 * key and what would be right. Not thread-safe.
 */
public final class ConfigReader {
  /**
   * A value and where it was found.
   *
   * @param place such as {@code innkeeper.yaml, line 3}
   */
  private record Setting(String value, String place) {}

  private final Map<String, Setting> settings = new HashMap<>();

  /** The settings of a file; every key in it must be known. */
  public ConfigReader file(Path file) {
    if (!Files.exists(file)) {
      throw new ConfigProblem("there is no file " + file + ": name an existing one with --config");
    }
    Node root = Yamls.read(file);
    if (root != null) {
      read(file, "", root);
    }
    return this;
  }

  private void read(Path file, String prefix, Node node) {
    int line = node.getStartMark().getLine() + 1;
    String place = file + ", line " + line;
    if (node instanceof MappingNode mapping) {
      for (NodeTuple tuple : mapping.getValue()) {
        if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
          throw new ConfigProblem(place + ": a key must be a plain word");
        }
        read(
            file,
            prefix.isEmpty() ? key.getValue() : prefix + "." + key.getValue(),
            tuple.getValueNode());
      }
    } else if (node instanceof ScalarNode scalar) {
      requireKnown(prefix, place);
      settings.put(prefix, new Setting(scalar.getValue(), place));
    } else {
      throw new ConfigProblem(place + ": " + prefix + " must be a single value, not a list");
    }
  }

  private static void requireKnown(String path, String place) {
    boolean known =
        Arrays.stream(ConfigKey.values()).anyMatch(key -> key.path().equals(path))
            || path.matches("provisioners\\.[a-z0-9-]+\\.[A-Za-z0-9-]+")
            || path.matches("payments\\.[a-z0-9-]+\\.[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)?");
    if (!known) {
      throw new ConfigProblem(
          place
              + ": there is no setting '"
              + path
              + "'; the settings are "
              + Arrays.stream(ConfigKey.values())
                  .map(ConfigKey::path)
                  .collect(Collectors.joining(", "))
              + " and provisioners.KIND.SETTING, payments.PROVIDER.SETTING");
    }
  }

  /** The settings of an environment: variables that start with {@code INNKEEPER_}. */
  public ConfigReader environment(Map<String, String> environment) {
    for (ConfigKey key : ConfigKey.values()) {
      String value = environment.get(key.variable());
      if (value != null) {
        settings.put(key.path(), new Setting(value, "environment variable " + key.variable()));
      }
    }
    return this;
  }

  /** A setting of the command line, which wins; null leaves what was set. */
  public ConfigReader option(ConfigKey key, @Nullable Object value, String option) {
    if (value != null) {
      settings.put(key.path(), new Setting(value.toString(), "option " + option));
    }
    return this;
  }

  /** Settings of a provisioner, in place of those of the file. */
  public ConfigReader provisioner(String name, Map<String, String> values) {
    values.forEach(
        (key, value) ->
            settings.put(
                ConfigKey.PROVISIONERS + name + "." + key, new Setting(value, "option " + key)));
    return this;
  }

  /** Settings of a payment provider, in place of those of the file. */
  public ConfigReader payments(String code, Map<String, String> values) {
    values.forEach(
        (key, value) ->
            settings.put(
                ConfigKey.PAYMENTS + code + "." + key, new Setting(value, "option " + key)));
    return this;
  }

  /**
   * Checks everything.
   *
   * @throws ConfigProblem for the first value that can't be used
   */
  public ServerConfig read() {
    Mode mode = mode();
    String catalog = setting(ConfigKey.CATALOG_FILE).value();
    return new ServerConfig(
        mode,
        path(ConfigKey.DATA_FOLDER),
        new Http(
            text(ConfigKey.HTTP_HOST),
            integer(ConfigKey.HTTP_PORT, 0, 65535),
            publicUrl(),
            integer(ConfigKey.HTTP_BODY_BYTES_MAX, 1024, 16 << 20)),
        database(),
        catalog.isEmpty() ? null : path(ConfigKey.CATALOG_FILE),
        pluginsFolder(),
        pluginModules(),
        sections(ConfigKey.PROVISIONERS),
        sections(ConfigKey.PAYMENTS),
        Duration.ofMillis(integer(ConfigKey.WORK_INTERVAL_MILLIS, 10, 3_600_000)),
        webhookTargets(mode),
        secretCipher(),
        trial(mode),
        seller(),
        tax(),
        optionalPath(ConfigKey.DOCUMENTS_TEMPLATES),
        new MailSettings(smtp(), optionalPath(ConfigKey.MAIL_TEMPLATES)));
  }

  private Seller seller() {
    String country = setting(ConfigKey.SELLER_COUNTRY).value();
    if (!country.isEmpty() && !List.of(Locale.getISOCountries()).contains(country)) {
      throw wrong(ConfigKey.SELLER_COUNTRY, "must be a country's two letters, such as DE");
    }
    ZoneId zone;
    try {
      zone = ZoneId.of(text(ConfigKey.SELLER_ZONE));
    } catch (DateTimeException e) {
      throw wrong(ConfigKey.SELLER_ZONE, "must be a time zone such as Europe/Berlin");
    }
    return new Seller(
        "main",
        text(ConfigKey.SELLER_NAME),
        new Address(
            optional(ConfigKey.SELLER_STREET),
            optional(ConfigKey.SELLER_POSTAL_CODE),
            optional(ConfigKey.SELLER_CITY),
            country.isEmpty() ? null : country),
        optional(ConfigKey.SELLER_VAT_ID),
        optional(ConfigKey.SELLER_EMAIL),
        optional(ConfigKey.SELLER_PHONE),
        optional(ConfigKey.SELLER_WEBSITE),
        optional(ConfigKey.SELLER_REGISTRATION),
        optional(ConfigKey.SELLER_IBAN),
        optional(ConfigKey.SELLER_BIC),
        zone);
  }

  private TaxPolicy tax() {
    Path file = optionalPath(ConfigKey.TAX_FILE);
    if (file == null) {
      return TaxPolicy.none();
    }
    String country = optional(ConfigKey.SELLER_COUNTRY);
    if (country == null) {
      throw problem(
          ConfigKey.SELLER_COUNTRY, "must be set where tax.file is: it tells whose tax applies");
    }
    String vatId = optional(ConfigKey.SELLER_VAT_ID);
    if (vatId != null && TaxTable.europeanUnion().contains(country)) {
      boolean right = VatId.parse(vatId).filter(id -> id.country().equals(country)).isPresent();
      if (!right) {
        throw wrong(
            ConfigKey.SELLER_VAT_ID,
            "is no VAT id of " + country + ": its form or check digits are wrong; correct it");
      }
    }
    if (!Files.exists(file)) {
      throw problem(ConfigKey.TAX_FILE, "there is no file " + file + ": name an existing one");
    }
    return TaxFile.read(file, country);
  }

  private @Nullable Smtp smtp() {
    String host = setting(ConfigKey.MAIL_HOST).value().trim();
    if (host.isEmpty()) {
      return null;
    }
    if (!host.matches("[A-Za-z0-9.:-]+")) {
      throw wrong(ConfigKey.MAIL_HOST, "must be a host's name, such as smtp.example.org");
    }
    String from = setting(ConfigKey.MAIL_FROM).value().trim();
    if (!from.matches("[^\\s<>@\",;:]+@[A-Za-z0-9.-]+")) {
      throw wrong(ConfigKey.MAIL_FROM, "must be an address such as billing@example.org");
    }
    Tls tls =
        switch (setting(ConfigKey.MAIL_TLS).value()) {
          case "starttls" -> Tls.STARTTLS;
          case "tls" -> Tls.TLS;
          case "none" -> Tls.NONE;
          default -> throw wrong(ConfigKey.MAIL_TLS, "must be starttls, tls or none");
        };
    return new Smtp(
        host,
        integer(ConfigKey.MAIL_PORT, 1, 65535),
        tls,
        mailCertificates(),
        setting(ConfigKey.MAIL_USER).value(),
        secret(ConfigKey.MAIL_PASSWORD, ConfigKey.MAIL_PASSWORD_FILE),
        from);
  }

  private List<X509Certificate> mailCertificates() {
    Path file = optionalPath(ConfigKey.MAIL_CERTIFICATES);
    if (file == null) {
      return List.of();
    }
    List<X509Certificate> found = List.of();
    try (InputStream in = Files.newInputStream(file)) {
      found =
          CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
              .map(X509Certificate.class::cast)
              .toList();
    } catch (IOException | CertificateException e) {
      // Told below, as for a file without any.
    }
    if (found.isEmpty()) {
      throw problem(
          ConfigKey.MAIL_CERTIFICATES,
          "can't read a certificate from " + file + ": name a PEM file that holds some");
    }
    return found;
  }

  /** What a file holds, where one is named, else the value itself. */
  private String secret(ConfigKey key, ConfigKey fileKey) {
    Path file = optionalPath(fileKey);
    if (file == null) {
      return setting(key).value();
    }
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw problem(fileKey, "can't read " + file + ": name a file that can be read");
    }
  }

  private SecretCipher secretCipher() {
    String text = secret(ConfigKey.WEBHOOKS_KEY, ConfigKey.WEBHOOKS_KEY_FILE).strip();
    if (text.isEmpty()) {
      return SecretCipher.none();
    }
    try {
      return SecretCipher.aesGcm(Base64.getDecoder().decode(text));
    } catch (IllegalArgumentException e) {
      // The value is a secret, and is not told.
      throw problem(
          optionalPath(ConfigKey.WEBHOOKS_KEY_FILE) == null
              ? ConfigKey.WEBHOOKS_KEY
              : ConfigKey.WEBHOOKS_KEY_FILE,
          "must be 32 bytes in Base64, as 'openssl rand -base64 32' makes them");
    }
  }

  private @Nullable String optional(ConfigKey key) {
    String value = setting(key).value().trim();
    return value.isEmpty() ? null : value;
  }

  private @Nullable Path optionalPath(ConfigKey key) {
    String value = optional(key);
    return value == null ? null : Path.of(value).toAbsolutePath().normalize();
  }

  private WebhookTargets webhookTargets(Mode mode) {
    String value = setting(ConfigKey.WEBHOOKS_TARGETS).value();
    return switch (value) {
      case "" -> mode == Mode.TRIAL ? WebhookTargets.ANYWHERE : WebhookTargets.PUBLIC;
      case "public" -> WebhookTargets.PUBLIC;
      case "anywhere" -> WebhookTargets.ANYWHERE;
      default -> throw wrong(ConfigKey.WEBHOOKS_TARGETS, "must be public or anywhere");
    };
  }

  /** Unset, it is the one of the installation, wherever the server is started from. */
  private Path pluginsFolder() {
    String home = System.getProperty("innkeeper.home");
    return home == null || settings.containsKey(ConfigKey.PLUGINS_FOLDER.path())
        ? path(ConfigKey.PLUGINS_FOLDER)
        : Path.of(home, ConfigKey.PLUGINS_FOLDER.preset()).toAbsolutePath().normalize();
  }

  private List<Path> pluginModules() {
    return Arrays.stream(setting(ConfigKey.PLUGINS_MODULES).value().split(",", -1))
        .map(String::trim)
        .filter(module -> !module.isEmpty())
        .map(module -> Path.of(module).toAbsolutePath().normalize())
        .toList();
  }

  private Mode mode() {
    String value = setting(ConfigKey.MODE).value();
    return switch (value) {
      case "trial" -> Mode.TRIAL;
      case "production" -> Mode.PRODUCTION;
      default -> throw wrong(ConfigKey.MODE, "must be trial or production");
    };
  }

  private DatabaseSettings database() {
    String url = setting(ConfigKey.DATABASE_URL).value();
    if (!url.isEmpty() && !url.startsWith("jdbc:postgresql:")) {
      throw problem(
          ConfigKey.DATABASE_URL,
          "must start with jdbc:postgresql://, such as jdbc:postgresql://localhost:5432/innkeeper;"
              + " leave it out for the embedded PostgreSQL");
    }
    return new DatabaseSettings(
        url,
        setting(ConfigKey.DATABASE_USER).value(),
        setting(ConfigKey.DATABASE_PASSWORD).value(),
        integer(ConfigKey.DATABASE_PORT, 0, 65535),
        integer(ConfigKey.DATABASE_POOL_SIZE, 2, 200));
  }

  private Trial trial(Mode mode) {
    String start = setting(ConfigKey.TRIAL_CLOCK_START).value();
    String stands = setting(ConfigKey.TRIAL_CLOCK_STANDS).value().toLowerCase(Locale.ROOT);
    if (!stands.equals("true") && !stands.equals("false")) {
      throw wrong(ConfigKey.TRIAL_CLOCK_STANDS, "must be true or false");
    }
    if (mode == Mode.PRODUCTION && (!start.isEmpty() || stands.equals("true"))) {
      throw new ConfigProblem(
          "mode production can't have a trial clock: take trial.clockStart and trial.clockStands"
              + " out, or set mode to trial");
    }
    try {
      return new Trial(start.isEmpty() ? null : Instant.parse(start), stands.equals("true"));
    } catch (DateTimeParseException e) {
      throw wrong(ConfigKey.TRIAL_CLOCK_START, "must be an instant such as 2026-01-01T00:00:00Z");
    }
  }

  private String publicUrl() {
    String url = setting(ConfigKey.HTTP_PUBLIC_URL).value();
    if (!url.isEmpty() && !url.matches("https?://[A-Za-z0-9.:\\[\\]-]+/?")) {
      throw wrong(
          ConfigKey.HTTP_PUBLIC_URL, "must be an address such as https://billing.example.org");
    }
    return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
  }

  /** Settings that are passed on, by the word after the prefix. */
  private Map<String, Map<String, String>> sections(String prefix) {
    Map<String, Map<String, String>> result = new TreeMap<>();
    settings.forEach(
        (path, setting) -> {
          if (path.startsWith(prefix)) {
            String[] parts = path.split("\\.", 3);
            result
                .computeIfAbsent(parts[1], kind -> new TreeMap<>())
                .put(parts[2], setting.value());
          }
        });
    result.replaceAll((kind, values) -> Map.copyOf(values));
    return Map.copyOf(result);
  }

  private String text(ConfigKey key) {
    String value = setting(key).value();
    if (value.isBlank()) {
      throw problem(key, "must not be empty; the default is " + key.preset());
    }
    return value;
  }

  private Path path(ConfigKey key) {
    return Path.of(text(key)).toAbsolutePath().normalize();
  }

  private int integer(ConfigKey key, int min, int max) {
    String value = setting(key).value();
    try {
      int number = Integer.parseInt(value.trim());
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below, as for a number out of range.
    }
    throw wrong(key, "must be a whole number from " + min + " to " + max);
  }

  private Setting setting(ConfigKey key) {
    return settings.getOrDefault(key.path(), new Setting(key.preset(), "default"));
  }

  private ConfigProblem wrong(ConfigKey key, String what) {
    return problem(key, "'" + setting(key).value() + "' " + what);
  }

  private ConfigProblem problem(ConfigKey key, String what) {
    return new ConfigProblem(setting(key).place() + ": " + key.path() + ": " + what);
  }
}

package dev.innkeeper.server.config;

import java.util.Locale;

/** Every setting there is, with its default and what it is for. */
public enum ConfigKey {
  MODE("mode", "production", "`trial`: the clock can be moved; `production`: it can't be"),
  DATA_FOLDER(
      "data.folder", "data", "where the embedded PostgreSQL and the server's keys are kept"),
  HTTP_HOST("http.host", "127.0.0.1", "the address to listen on; `0.0.0.0` for every interface"),
  HTTP_PORT("http.port", "8080", "the port to listen on, 1 to 65535; 0 for any free one"),
  HTTP_PUBLIC_URL(
      "http.publicUrl",
      "",
      "the address customers use, when a proxy stands in front; `https` makes cookies secure"),
  HTTP_BODY_BYTES_MAX("http.bodyBytesMax", "262144", "larger requests are refused, in bytes"),
  DATABASE_URL(
      "database.url", "", "a JDBC URL of PostgreSQL 15 or newer; empty for the embedded one"),
  DATABASE_USER("database.user", "", "the user at database.url"),
  DATABASE_PASSWORD("database.password", "", "the password at database.url"),
  DATABASE_PORT("database.port", "0", "the embedded PostgreSQL's port; 0 for any free one"),
  DATABASE_POOL_SIZE(
      "database.poolSize",
      "16",
      "connections held, 2 to 200; 4 or more are needed to seal the ledger beside other work"),
  CATALOG_FILE("catalog.file", "", "a catalog applied at every start; empty for none"),
  PLUGINS_FOLDER(
      "plugins.folder", "plugins", "where plugins are: provisioners and payment providers"),
  PLUGINS_MODULES(
      "plugins.modules",
      "",
      "Maven modules whose compiled classes are loaded as plugins, comma-separated; for development"),
  WORK_INTERVAL_MILLIS(
      "work.intervalMillis", "1000", "pause between two looks for due work, in milliseconds"),
  WEBHOOKS_TARGETS(
      "webhooks.targets",
      "",
      "`public`: webhooks go over TLS to public addresses only; `anywhere`: private ones and plain"
          + " HTTP too; empty: public in production, anywhere in a trial"),
  WEBHOOKS_KEY(
      "webhooks.key",
      "",
      "32 bytes in Base64, which webhooks' secrets are sealed with in the database; empty: stored as"
          + " they are"),
  WEBHOOKS_KEY_FILE("webhooks.keyFile", "", "a file that holds the key, in place of it"),
  SELLER_NAME("seller.name", "Innkeeper", "who sells, as invoices name them"),
  SELLER_STREET("seller.street", "", "the seller's street and number"),
  SELLER_POSTAL_CODE("seller.postalCode", "", "the seller's postal code"),
  SELLER_CITY("seller.city", "", "the seller's town"),
  SELLER_COUNTRY("seller.country", "", "the seller's country, two letters such as `DE`"),
  SELLER_VAT_ID("seller.vatId", "", "the seller's VAT id, with its country's prefix"),
  SELLER_REGISTRATION("seller.registration", "", "the seller's entry in a register of companies"),
  SELLER_EMAIL("seller.email", "", "where customers write to"),
  SELLER_PHONE("seller.phone", "", "where customers call"),
  SELLER_WEBSITE("seller.website", "", "the seller's site"),
  SELLER_IBAN("seller.iban", "", "the account that bank transfers go to"),
  SELLER_BIC("seller.bic", "", "its bank"),
  SELLER_ZONE("seller.zone", "UTC", "the calendar of invoices' dates, such as `Europe/Berlin`"),
  TAX_FILE("tax.file", "", "rates of tax by country and day, in YAML; empty: no tax is charged"),
  DOCUMENTS_TEMPLATES(
      "documents.templates",
      "",
      "a folder with your own templates of invoices; empty for the built-in ones"),
  MAIL_HOST("mail.host", "", "the SMTP server; empty: mails are kept, and not sent"),
  MAIL_PORT("mail.port", "587", "the SMTP server's port, 1 to 65535"),
  MAIL_TLS("mail.tls", "starttls", "`starttls`, `tls` or `none`; the first two never fall back"),
  MAIL_CERTIFICATES(
      "mail.certificates",
      "",
      "a PEM file with the SMTP server's certificate or its authority's; empty for those that Java"
          + " knows"),
  MAIL_USER("mail.user", "", "the user at mail.host; empty for none"),
  MAIL_PASSWORD("mail.password", "", "that user's password"),
  MAIL_PASSWORD_FILE("mail.passwordFile", "", "a file that holds the password, in place of it"),
  MAIL_FROM("mail.from", "", "the address that mails come from; needed with mail.host"),
  MAIL_TEMPLATES(
      "mail.templates", "", "a folder with your own texts of mails; empty for the built-in ones"),
  TRIAL_CLOCK_START(
      "trial.clockStart",
      "",
      "the instant at which a new trial begins, such as `2026-01-01T00:00:00Z`; empty for now"),
  TRIAL_CLOCK_STANDS(
      "trial.clockStands", "false", "`true`: the trial's time passes only when it is moved");

  /** Settings of provisioners: {@code provisioners.KIND.SETTING}, passed on as they are. */
  public static final String PROVISIONERS = "provisioners.";

  /** Settings of payment providers: {@code payments.CODE.SETTING}, passed on as they are. */
  public static final String PAYMENTS = "payments.";

  private final String path;
  private final String preset;
  private final String meaning;

  ConfigKey(String path, String preset, String meaning) {
    this.path = path;
    this.preset = preset;
    this.meaning = meaning;
  }

  /** The key as the YAML file nests it, with dots. */
  public String path() {
    return path;
  }

  /** The value unless set; empty for none. */
  public String preset() {
    return preset;
  }

  /** One line for the documentation. */
  public String meaning() {
    return meaning;
  }

  /** The environment variable that wins over the file. */
  public String variable() {
    return "INNKEEPER_"
        + path.replaceAll("([A-Z])", "_$1").replace('.', '_').toUpperCase(Locale.ROOT);
  }
}

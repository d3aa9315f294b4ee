package dev.innkeeper.stripe;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.spi.PaymentProvider.Mode;
import dev.innkeeper.billing.problem.InvalidInput;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How to reach Stripe, and as whom. Its text never holds a secret.
 *
 * @param secretKey starts with {@code sk_} or {@code rk_}
 * @param webhookSecrets any of them may have signed a webhook: two while one is being replaced
 * @param apiBase Stripe's own address, unless in tests
 * @param returnUrl where customers come back to when nobody says otherwise
 * @param timeoutMillis the time one request may take
 * @param minimums the least to charge, for currencies the built-in table has wrong or lacks
 */
record StripeSettings(
    String secretKey,
    List<String> webhookSecrets,
    Mode mode,
    URI apiBase,
    String returnUrl,
    int timeoutMillis,
    Map<Currency, Amount> minimums) {
  private static final URI STRIPE = URI.create("https://api.stripe.com");
  private static final int TIMEOUT_MILLIS = 10_000;
  private static final int TIMEOUT_MILLIS_MAX = 25_000;
  private static final String MINIMUM = "minimum.";
  private static final Pattern KEY = Pattern.compile("[sr]k_(test|live)_[A-Za-z0-9]{8,250}");
  private static final Set<String> NAMES =
      Set.of(
          "secretKey",
          "secretKeyFile",
          "webhookSecret",
          "webhookSecretFile",
          "mode",
          "apiBase",
          "returnUrl",
          "timeoutMillis");

  StripeSettings {
    webhookSecrets = List.copyOf(webhookSecrets);
    minimums = Map.copyOf(minimums);
  }

  /**
   * Reads an operator's settings; secrets that are not among them come from {@code
   * STRIPE_SECRET_KEY}, {@code STRIPE_WEBHOOK_SECRET}, or the files that the same names with {@code
   * _FILE} name.
   *
   * @throws InvalidInput when something is missing or wrong
   */
  static StripeSettings of(Map<String, String> settings, Map<String, String> environment) {
    for (String name : settings.keySet()) {
      if (!NAMES.contains(name) && !name.startsWith(MINIMUM)) {
        throw new InvalidInput(name, "Stripe has no such setting; there are " + sorted());
      }
    }
    String key = secret("secretKey", "STRIPE_SECRET_KEY", settings, environment);
    if (key == null) {
      throw new InvalidInput(
          "secretKey",
          "is missing: take it from Developers > API keys in Stripe's dashboard, and give it in"
              + " STRIPE_SECRET_KEY, or in a file that secretKeyFile names");
    }
    Matcher matcher = KEY.matcher(key);
    if (!matcher.matches()) {
      throw new InvalidInput(
          "secretKey", "is no secret key: those start with sk_test_, sk_live_, rk_test_, rk_live_");
    }
    Mode mode = matcher.group(1).equals("live") ? Mode.LIVE : Mode.TEST;
    return new StripeSettings(
        key,
        webhookSecrets(settings, environment),
        checkedMode(settings.get("mode"), mode),
        apiBase(settings.get("apiBase"), mode),
        returnUrl(settings.get("returnUrl")),
        timeout(settings.get("timeoutMillis")),
        minimums(settings));
  }

  private static List<String> webhookSecrets(
      Map<String, String> settings, Map<String, String> environment) {
    String text = secret("webhookSecret", "STRIPE_WEBHOOK_SECRET", settings, environment);
    if (text == null) {
      return List.of();
    }
    List<String> secrets =
        Arrays.stream(text.split("[,\\s]+", -1)).filter(secret -> !secret.isEmpty()).toList();
    for (String secret : secrets) {
      if (!secret.startsWith("whsec_")) {
        throw new InvalidInput(
            "webhookSecret",
            "is no signing secret: those start with whsec_; two, separated by a comma, are fine");
      }
    }
    return secrets;
  }

  private static @Nullable String secret(
      String name, String variable, Map<String, String> settings, Map<String, String> environment) {
    String value = settings.get(name);
    String file = settings.get(name + "File");
    if (value == null && file == null) {
      value = environment.get(variable);
      file = environment.get(variable + "_FILE");
    }
    if (value != null && !value.isBlank()) {
      return value.strip();
    }
    if (file == null || file.isBlank()) {
      return null;
    }
    try {
      return Files.readString(Path.of(file)).strip();
    } catch (IOException e) {
      throw new InvalidInput(name + "File", "can't be read: " + file);
    }
  }

  private static Mode checkedMode(@Nullable String wanted, Mode ofKey) {
    if (wanted != null && !wanted.equalsIgnoreCase(ofKey.name())) {
      throw new InvalidInput(
          "mode", "is " + wanted + ", but the secret key is one for " + ofKey + " mode");
    }
    return ofKey;
  }

  private static URI apiBase(@Nullable String text, Mode mode) {
    if (text == null) {
      return STRIPE;
    }
    URI base = URI.create(text);
    if (mode == Mode.LIVE && !base.equals(STRIPE)) {
      throw new InvalidInput("apiBase", "a live key goes to " + STRIPE + " and nowhere else");
    }
    return base;
  }

  private static String returnUrl(@Nullable String text) {
    if (text == null || !text.matches("https?://[^\\s]{1,500}")) {
      throw new InvalidInput(
          "returnUrl",
          "must be the address customers come back to from their bank, such as"
              + " https://billing.example.org/");
    }
    return text;
  }

  private static int timeout(@Nullable String text) {
    if (text == null) {
      return TIMEOUT_MILLIS;
    }
    if (!text.matches("[0-9]{2,5}") || Integer.parseInt(text) > TIMEOUT_MILLIS_MAX) {
      throw new InvalidInput("timeoutMillis", "must be 10 to " + TIMEOUT_MILLIS_MAX);
    }
    return Integer.parseInt(text);
  }

  private static Map<Currency, Amount> minimums(Map<String, String> settings) {
    Map<Currency, Amount> minimums = new HashMap<>();
    settings.forEach(
        (name, value) -> {
          if (name.startsWith(MINIMUM)) {
            Currency currency = Currency.of(name.substring(MINIMUM.length()));
            Amount minimum = Amount.parse(name, value, currency);
            if (!minimum.isPositive()) {
              throw new InvalidInput(name, "must be more than 0");
            }
            minimums.put(currency, minimum);
          }
        });
    return minimums;
  }

  private static List<String> sorted() {
    return NAMES.stream().sorted().toList();
  }

  @Override
  public String toString() {
    return "StripeSettings[mode=" + mode + ", apiBase=" + apiBase + "]";
  }
}

package dev.innkeeper.server.mail;

import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.server.mail.MailRules.Rule;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The texts of mails, by language and event: the built-in ones, under those of an operator. All are
 * read and checked when the server starts. Immutable, thread-safe.
 */
final class MailTemplates {
  private static final String FALLBACK = "en";
  private static final List<String> BUILT_IN = List.of("en", "de", "fr");
  private static final String LAYOUT = "layout.html";
  private static final Set<String> LAYOUT_NAMES = Set.of("body", "subject", "shop", "language");
  private static final long FILE_BYTES_MAX = 1 << 20;

  private final Map<String, Map<String, MailTemplate>> byLanguage;
  private final String layout;

  private MailTemplates(Map<String, Map<String, MailTemplate>> byLanguage, String layout) {
    this.byLanguage = byLanguage;
    this.layout = layout;
  }

  /**
   * @param folder an operator's; null for the built-in texts alone
   * @throws InvalidInput whose field is file and line, when something can't be used
   */
  static MailTemplates read(@Nullable Path folder) {
    Map<String, Map<String, MailTemplate>> languages = new TreeMap<>();
    for (String language : BUILT_IN) {
      String file = language + ".txt";
      languages.put(language, new LinkedHashMap<>(MailTemplate.parse(file, resource(file))));
    }
    String layout = resource(LAYOUT);
    if (folder != null) {
      for (Path file : files(folder)) {
        String name = file.getFileName().toString();
        if (name.equals(LAYOUT)) {
          layout = text(file);
        } else if (name.matches("[a-z]{2}\\.txt")) {
          languages
              .computeIfAbsent(name.substring(0, 2), language -> new LinkedHashMap<>())
              .putAll(MailTemplate.parse(name, text(file)));
        } else {
          throw new InvalidInput(
              name, "is of no use here: texts are in xx.txt, xx a language, and in " + LAYOUT);
        }
      }
    }
    checkLayout(layout);
    languages.forEach(MailTemplates::check);
    return new MailTemplates(languages, layout);
  }

  private static void check(String language, Map<String, MailTemplate> templates) {
    Set<String> missing = new TreeSet<>();
    for (Rule rule : MailRules.all()) {
      MailTemplate template = templates.get(rule.type());
      if (template == null) {
        missing.add(rule.type());
      } else {
        template.check(MailValues.names(rule));
      }
    }
    if (!missing.isEmpty()) {
      throw new InvalidInput(language + ".txt", "lacks the sections " + missing);
    }
    for (MailTemplate template : templates.values()) {
      if (MailRules.of(template.type()).isEmpty()) {
        throw template.fault(
            "there is no mail for '"
                + template.type()
                + "'; there are "
                + MailRules.all().stream().map(Rule::type).toList());
      }
    }
  }

  private static void checkLayout(String layout) {
    int line = 1;
    boolean body = false;
    for (String text : layout.split("\n", -1)) {
      for (String name : MailTemplate.namesIn(text)) {
        body |= name.equals("body");
        if (!LAYOUT_NAMES.contains(name)) {
          throw new InvalidInput(
              LAYOUT + ":" + line,
              "there is no '" + name + "'; known are " + new TreeSet<>(LAYOUT_NAMES));
        }
      }
      line++;
    }
    if (!body) {
      throw new InvalidInput(LAYOUT + ":1", "lacks {{body}}, where the text goes");
    }
  }

  private static List<Path> files(Path folder) {
    try (Stream<Path> found = Files.list(folder)) {
      return found.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw new InvalidInput("mail.templates", "can't read the folder " + folder + ": " + e);
    }
  }

  private static String text(Path file) {
    try {
      if (Files.size(file) > FILE_BYTES_MAX) {
        throw new InvalidInput(file.toString(), "is larger than 1 MiB");
      }
      return Files.readString(file).replace("\r\n", "\n");
    } catch (IOException e) {
      throw new InvalidInput(file + ":1", "can't be read as UTF-8: " + e);
    }
  }

  private static String resource(String name) {
    try (InputStream in = MailTemplates.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the server's jar lacks the mails' " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether an operator switched this mail off, by an English section without text. */
  boolean isOff(String eventType) {
    MailTemplate template = templates(FALLBACK).get(eventType);
    return template == null || template.isBlank();
  }

  /** The language itself when there are texts in it, else English. */
  String served(String language) {
    return byLanguage.containsKey(language) ? language : FALLBACK;
  }

  private Map<String, MailTemplate> templates(String language) {
    Map<String, MailTemplate> templates = byLanguage.get(language);
    if (templates == null) {
      throw new IllegalArgumentException("there are no mails in '" + language + "'");
    }
    return templates;
  }

  /**
   * Writes a mail.
   *
   * @param language one that is {@link #served}
   * @param values by name; those that are not there are empty
   */
  MailText write(String language, String eventType, String recipient, Map<String, String> values) {
    MailTemplate template = templates(language).get(eventType);
    if (template == null || template.isBlank()) {
      template = templates(FALLBACK).get(eventType);
    }
    if (template == null) {
      throw new IllegalStateException("there is no mail for " + eventType);
    }
    String subject = oneLine(template.subject(values));
    String plain = template.body(values);
    Map<String, String> parts =
        Map.of(
            "body", MailHtml.paragraphs(plain),
            "subject", MailHtml.escape(subject),
            "shop", MailHtml.escape(values.getOrDefault("shop", "")),
            "language", language);
    return new MailText(recipient, language, subject, plain, MailHtml.fill(layout, parts));
  }

  /** Text that can stand in a header: no line ends or other control characters. */
  static String oneLine(String text) {
    return text.replaceAll("[\\p{Cntrl}\\u2028\\u2029]+", " ").strip();
  }
}

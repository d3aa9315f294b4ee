package dev.innkeeper.server.mail;

import dev.innkeeper.billing.problem.InvalidInput;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One mail in one language: a section of a file. Text with values {@code {{name}}} and conditions
 * {@code {{#if name}} … {{else}} … {{/if}}}, which don't nest; nothing in it can run. Immutable.
 */
final class MailTemplate {
  private static final Pattern SECTION = Pattern.compile("\\[([a-z_-]+\\.[a-z_-]+)]\\s*");
  private static final Pattern TAG = Pattern.compile("\\{\\{(.*?)}}");
  private static final Pattern NAME = Pattern.compile("[a-zA-Z]+");
  private static final String SUBJECT = "Subject:";

  private sealed interface Node {}

  private record Text(String text) implements Node {}

  private record Value(String name, int line) implements Node {}

  private record If(String name, int line, List<Node> then, List<Node> otherwise) implements Node {}

  private final String type;
  private final String file;
  private final int line;
  private final List<Node> subject;
  private final List<Node> body;

  private MailTemplate(Section section, List<Node> subject, List<Node> body) {
    this.type = section.type;
    this.file = section.file;
    this.line = section.line;
    this.subject = List.copyOf(subject);
    this.body = List.copyOf(body);
  }

  /** The lines of a section, while a file is read. */
  private static final class Section {
    final String type;
    final String file;
    final int line;
    final List<String> lines = new ArrayList<>();

    Section(String type, String file, int line) {
      this.type = type;
      this.file = file;
      this.line = line;
    }

    InvalidInput fault(int at, String message) {
      return new InvalidInput(file + ":" + at, message);
    }
  }

  /**
   * The sections of a file, by event.
   *
   * @throws InvalidInput whose field is file and line
   */
  static Map<String, MailTemplate> parse(String file, String text) {
    Map<String, MailTemplate> templates = new LinkedHashMap<>();
    Section open = null;
    int number = 0;
    for (String line : text.split("\n", -1)) {
      number++;
      Matcher section = SECTION.matcher(line);
      if (section.matches()) {
        add(templates, open);
        open = new Section(section.group(1), file, number);
      } else if (open != null) {
        open.lines.add(line);
      } else if (!line.isBlank() && !line.startsWith("#")) {
        throw new InvalidInput(
            file + ":" + number, "stands before the first section, such as [invoice.issued]");
      }
    }
    add(templates, open);
    return templates;
  }

  private static void add(Map<String, MailTemplate> templates, @Nullable Section section) {
    if (section == null) {
      return;
    }
    if (templates.containsKey(section.type)) {
      throw section.fault(section.line, "there are two sections [" + section.type + "]");
    }
    templates.put(section.type, parse(section));
  }

  private static MailTemplate parse(Section section) {
    int first = 0;
    while (first < section.lines.size() && section.lines.get(first).isBlank()) {
      first++;
    }
    if (first == section.lines.size()) {
      return new MailTemplate(section, List.of(), List.of());
    }
    int subjectLine = section.line + 1 + first;
    String head = section.lines.get(first);
    if (!head.startsWith(SUBJECT)) {
      throw section.fault(subjectLine, "the section must begin with a line 'Subject: …'");
    }
    String rest = String.join("\n", section.lines.subList(first + 1, section.lines.size()));
    if (rest.isBlank()) {
      throw section.fault(subjectLine, "there is no text below the subject");
    }
    return new MailTemplate(
        section,
        nodes(section, subjectLine, head.substring(SUBJECT.length()).strip()),
        nodes(section, subjectLine + 1, rest));
  }

  private static List<Node> nodes(Section section, int firstLine, String text) {
    List<Node> all = new ArrayList<>();
    List<Node> current = all;
    If open = null;
    int end = 0;
    Matcher tag = TAG.matcher(text);
    while (tag.find()) {
      current.add(new Text(text.substring(end, tag.start())));
      end = tag.end();
      int line = firstLine + lines(text.substring(0, tag.start()));
      String content = tag.group(1).strip();
      if (content.startsWith("#if ") && open == null) {
        open = new If(content.substring(4).strip(), line, new ArrayList<>(), new ArrayList<>());
        all.add(open);
        current = open.then();
      } else if (content.equals("else") && open != null && current != open.otherwise()) {
        current = open.otherwise();
      } else if (content.equals("/if") && open != null) {
        open = null;
        current = all;
      } else if (NAME.matcher(content).matches()) {
        current.add(new Value(content, line));
      } else {
        throw section.fault(
            line,
            "'{{"
                + content
                + "}}' is not possible here; there is {{name}}, and {{#if name}}, {{else}} and"
                + " {{/if}}, which can't nest");
      }
    }
    if (open != null) {
      throw section.fault(open.line(), "{{#if}} is never closed; add {{/if}}");
    }
    current.add(new Text(text.substring(end)));
    int brace = text.indexOf("{{", end);
    if (brace >= 0) {
      throw section.fault(
          firstLine + lines(text.substring(0, brace)), "'{{' is never closed; add '}}'");
    }
    return all;
  }

  private static int lines(String text) {
    return (int) text.chars().filter(c -> c == '\n').count();
  }

  /** The names in braces of a text. */
  static List<String> namesIn(String text) {
    return TAG.matcher(text).results().map(found -> found.group(1).strip()).toList();
  }

  String type() {
    return type;
  }

  boolean isBlank() {
    return body.isEmpty();
  }

  /** Something wrong with the section as a whole. */
  InvalidInput fault(String message) {
    return new InvalidInput(file + ":" + line, message);
  }

  /**
   * @throws InvalidInput when a name is not among those known
   */
  void check(Set<String> known) {
    check(subject, known);
    check(body, known);
  }

  private void check(List<Node> nodes, Set<String> known) {
    for (Node node : nodes) {
      if (node instanceof Value value) {
        check(value.name(), value.line(), known);
      } else if (node instanceof If condition) {
        check(condition.name(), condition.line(), known);
        check(condition.then(), known);
        check(condition.otherwise(), known);
      }
    }
  }

  private void check(String name, int at, Set<String> known) {
    if (!known.contains(name)) {
      throw new InvalidInput(
          file + ":" + at,
          "there is no '" + name + "' in [" + type + "]; known are " + new TreeSet<>(known));
    }
  }

  String subject(Map<String, String> values) {
    return fill(subject, values);
  }

  /** The text, with a line end at its end and no more than one blank line in a row. */
  String body(Map<String, String> values) {
    return fill(body, values).strip().replaceAll("\n{3,}", "\n\n") + "\n";
  }

  private static String fill(List<Node> nodes, Map<String, String> values) {
    StringBuilder text = new StringBuilder();
    for (Node node : nodes) {
      if (node instanceof Text literal) {
        text.append(literal.text());
      } else if (node instanceof Value value) {
        text.append(values.getOrDefault(value.name(), ""));
      } else if (node instanceof If condition) {
        boolean holds = !values.getOrDefault(condition.name(), "").isEmpty();
        text.append(fill(holds ? condition.then() : condition.otherwise(), values));
      }
    }
    return text.toString();
  }
}

package dev.innkeeper.documents;

import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Collects a rendered template: escapes values, and remembers where lines of text came from. Not
 * thread-safe.
 */
final class TemplateOutput {
  private final StringBuilder text = new StringBuilder();
  private final boolean tracking;
  private int line = 1;

  /** A place in a template. */
  record Origin(String file, int line) {}

  /** By the line of the output; empty unless tracking. */
  private final NavigableMap<Integer, Origin> origins = new TreeMap<>();

  private TemplateOutput(boolean tracking) {
    this.tracking = tracking;
  }

  static TemplateOutput plain() {
    return new TemplateOutput(false);
  }

  /** One that can tell which line of a template a line of the output came from. */
  static TemplateOutput tracking() {
    return new TemplateOutput(true);
  }

  void literal(Template.Literal literal) {
    if (tracking) {
      track(literal);
    }
    text.append(literal.text());
  }

  private void track(Template.Literal literal) {
    int from = literal.firstLine();
    origins.putIfAbsent(line, new Origin(literal.file(), from));
    for (int i = 0; i < literal.text().length(); i++) {
      if (literal.text().charAt(i) == '\n') {
        line++;
        from++;
        origins.put(line, new Origin(literal.file(), from));
      }
    }
  }

  /**
   * Adds text so that it shows as it is and means nothing to HTML or XML. What XML can't carry
   * becomes the replacement character; marks that reorder the text around them are left out, so
   * that a name can't turn an amount beside it.
   */
  void escaped(String value) {
    for (int i = 0; i < value.length(); ) {
      int c = value.codePointAt(i);
      i += Character.charCount(c);
      switch (c) {
        case '&' -> text.append("&amp;");
        case '<' -> text.append("&lt;");
        case '>' -> text.append("&gt;");
        case '"' -> text.append("&quot;");
        case '\'' -> text.append("&#39;");
        case '\n' -> newline();
        default -> other(c);
      }
    }
  }

  private void newline() {
    text.append('\n');
    line++;
  }

  private void other(int c) {
    if ((c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069)) {
      return;
    }
    text.appendCodePoint(XmlText.isCharacter(c) ? c : XmlText.REPLACEMENT);
  }

  /** The place that made a line of the output, the nearest before it. */
  Origin originOf(int outputLine) {
    var entry = origins.floorEntry(outputLine);
    return entry == null ? new Origin("?", outputLine) : entry.getValue();
  }

  @Override
  public String toString() {
    return text.toString();
  }
}

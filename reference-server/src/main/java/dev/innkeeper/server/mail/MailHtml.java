package dev.innkeeper.server.mail;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes the HTML of a mail from its plain text, which means nothing to HTML. */
final class MailHtml {
  private static final Pattern NAME = Pattern.compile("\\{\\{([a-z]+)}}");

  private MailHtml() {}

  static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.appendCodePoint(c);
              }
            });
    return escaped.toString();
  }

  /** A paragraph for each block of lines; a line that is an address becomes a link. */
  static String paragraphs(String plain) {
    StringBuilder html = new StringBuilder();
    for (String block : plain.strip().split("\n\\s*\n", -1)) {
      html.append("<p>");
      String[] lines = block.split("\n", -1);
      for (int i = 0; i < lines.length; i++) {
        html.append(i == 0 ? "" : "<br>\n").append(line(lines[i].strip()));
      }
      html.append("</p>\n");
    }
    return html.toString();
  }

  private static String line(String text) {
    String escaped = escape(text);
    return text.matches("https?://[^\\s\"'<>]+")
        ? "<a href=\"" + escaped + "\">" + escaped + "</a>"
        : escaped;
  }

  /** Puts parts, escaped already, where the layout names them. */
  static String fill(String layout, Map<String, String> parts) {
    return NAME.matcher(layout)
        .replaceAll(found -> Matcher.quoteReplacement(parts.getOrDefault(found.group(1), "")));
  }
}

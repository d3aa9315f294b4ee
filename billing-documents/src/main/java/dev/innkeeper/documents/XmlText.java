package dev.innkeeper.documents;

/** Which characters XML 1.0 can carry. */
final class XmlText {
  static final int REPLACEMENT = 0xFFFD;

  private XmlText() {}

  static boolean isCharacter(int c) {
    return c == '\t'
        || c == '\n'
        || (c >= 0x20 && c < 0x7F)
        || (c >= 0xA0 && c <= 0xD7FF)
        || (c >= 0xE000 && c <= 0xFFFD)
        || (c >= 0x10000 && c <= 0x10FFFF && (c & 0xFFFE) != 0xFFFE);
  }

  /** The text with everything that XML can't carry replaced. */
  static String clean(String text) {
    StringBuilder clean = new StringBuilder(text.length());
    text.codePoints().forEach(c -> clean.appendCodePoint(isCharacter(c) ? c : REPLACEMENT));
    return clean.toString();
  }
}

package dev.innkeeper.billing.ledger;

/**
 * The names that the ledger takes. Every posting is checked, several a transfer, which is why these
 * are no regular expressions.
 */
final class Words {
  private Words() {}

  /** {@code [a-z][a-z0-9._-]*}, such as {@code top-up}. */
  static boolean isWord(String text) {
    return text.indexOf('/') < 0 && isPath(text);
  }

  /** Words joined by {@code /}, such as {@code revenue/vm}; those after the first may be digits. */
  static boolean isPath(String text) {
    boolean begins = true;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean fits =
          isLetter(c)
              || (isDigit(c) && (!begins || i > 0))
              || (!begins && (c == '.' || c == '_' || c == '-' || c == '/'));
      if (!fits) {
        return false;
      }
      begins = c == '/';
    }
    return !begins;
  }

  private static boolean isLetter(char c) {
    return c >= 'a' && c <= 'z';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}

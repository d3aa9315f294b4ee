package dev.innkeeper.documents;

import java.text.Normalizer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gives Arabic letters the form that their neighbours ask for: PDF shows the characters it is told
 * to, and joins none. Forms are Unicode's presentation forms, whose blocks list for each letter the
 * isolated, final, initial and medial form in this order; what they are forms of is their
 * compatibility decomposition. Stateless.
 */
final class ArabicShaper {
  /** Runs of forms in the order isolated, final, initial, medial. */
  private static final int[][] BLOCKS = {
    {0xFB50, 0xFBB1}, {0xFBD3, 0xFBE9}, {0xFBFC, 0xFBFF}, {0xFE80, 0xFEFC}
  };

  private static final int ISOLATED = 0;
  private static final int FINAL = 1;
  private static final int INITIAL = 2;
  private static final int MEDIAL = 3;
  private static final char TATWEEL = '\u0640';
  private static final char LAM = '\u0644';

  /** By the letter, or by lam and alef, as text. */
  private static final Map<String, char[]> FORMS = forms();

  private ArabicShaper() {}

  private static Map<String, char[]> forms() {
    Map<String, StringBuilder> found = new HashMap<>();
    for (int[] block : BLOCKS) {
      for (int c = block[0]; c <= block[1]; c++) {
        String letter = Normalizer.normalize(Character.toString(c), Normalizer.Form.NFKC);
        found.computeIfAbsent(letter, k -> new StringBuilder()).appendCodePoint(c);
      }
    }
    Map<String, char[]> forms = new HashMap<>();
    found.forEach((letter, all) -> forms.put(letter, all.toString().toCharArray()));
    return Map.copyOf(forms);
  }

  static String shape(String text) {
    StringBuilder shaped = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      char[] ligature =
          c == LAM && i + 1 < text.length() ? FORMS.get(text.substring(i, i + 2)) : null;
      if (ligature != null) {
        shaped.append(ligature[joinsNext(text, before(text, i)) ? FINAL : ISOLATED]);
        i++;
        continue;
      }
      char[] forms = FORMS.get(String.valueOf(c));
      shaped.append(forms == null ? c : form(text, i, forms));
    }
    return shaped.toString();
  }

  private static char form(String text, int at, char[] forms) {
    boolean joined = joinsNext(text, before(text, at)) && forms.length > FINAL;
    boolean joins = forms.length > MEDIAL && joinsPrevious(text, after(text, at));
    if (joined) {
      return forms[joins ? MEDIAL : FINAL];
    }
    return forms[joins ? INITIAL : ISOLATED];
  }

  /** Whether the letter there reaches out to the one after it. */
  private static boolean joinsNext(String text, int at) {
    if (at < 0) {
      return false;
    }
    char @Nullable [] forms = FORMS.get(String.valueOf(text.charAt(at)));
    return text.charAt(at) == TATWEEL || (forms != null && forms.length > MEDIAL);
  }

  private static boolean joinsPrevious(String text, int at) {
    if (at >= text.length()) {
      return false;
    }
    char @Nullable [] forms = FORMS.get(String.valueOf(text.charAt(at)));
    return text.charAt(at) == TATWEEL || (forms != null && forms.length > FINAL);
  }

  /** The place before, marks skipped; -1 at the start. */
  private static int before(String text, int at) {
    int i = at - 1;
    while (i >= 0 && isMark(text.charAt(i))) {
      i--;
    }
    return i;
  }

  private static int after(String text, int at) {
    int i = at + 1;
    while (i < text.length() && isMark(text.charAt(i))) {
      i++;
    }
    return i;
  }

  static boolean isMark(int c) {
    int type = Character.getType(c);
    return type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK;
  }
}

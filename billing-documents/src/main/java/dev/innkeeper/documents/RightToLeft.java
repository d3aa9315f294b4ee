package dev.innkeeper.documents;

import com.openhtmltopdf.bidi.BidiReorderer;
import com.openhtmltopdf.bidi.BidiSplitter;
import com.openhtmltopdf.bidi.BidiTextRun;
import java.text.Bidi;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;

/**
 * Text that runs from right to left, laid out with the JDK's implementation of Unicode's bidi
 * algorithm. Stateless.
 */
final class RightToLeft implements BidiReorderer {
  private static final String MIRRORED = "()<>[]{}«»‹›";

  static BidiSplitter splitter() {
    return new Splitter();
  }

  /**
   * A run as it is seen from left to right. Runs hold the numbers and foreign words within them,
   * since the layout sets runs side by side in the order in which they are read.
   */
  @Override
  public String reorderRTLTextToLTR(String text) {
    Bidi bidi = new Bidi(text, Bidi.DIRECTION_RIGHT_TO_LEFT);
    int count = bidi.getRunCount();
    byte[] levels = new byte[count];
    String[] parts = new String[count];
    for (int i = 0; i < count; i++) {
      levels[i] = (byte) bidi.getRunLevel(i);
      String part = text.substring(bidi.getRunStart(i), bidi.getRunLimit(i));
      parts[i] = levels[i] % 2 == 0 ? part : reversed(part);
    }
    Bidi.reorderVisually(levels, 0, parts, 0, count);
    return String.join("", parts);
  }

  private static String reversed(String text) {
    StringBuilder reversed = new StringBuilder(text.length());
    int end = text.length();
    while (end > 0) {
      int start = text.offsetByCodePoints(end, -1);
      while (start > 0 && ArabicShaper.isMark(text.codePointAt(start))) {
        start = text.offsetByCodePoints(start, -1);
      }
      appendMirrored(reversed, text.substring(start, end));
      end = start;
    }
    return reversed.toString();
  }

  private static void appendMirrored(StringBuilder out, String cluster) {
    int pair = cluster.length() == 1 ? MIRRORED.indexOf(cluster.charAt(0)) : -1;
    if (pair < 0) {
      out.append(cluster);
    } else {
      out.append(MIRRORED.charAt(pair ^ 1));
    }
  }

  @Override
  public String shapeText(String text) {
    return ArabicShaper.shape(text);
  }

  @Override
  public String deshapeText(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean form = (c >= '\uFB50' && c <= '\uFDFF') || (c >= '\uFE70' && c <= '\uFEFC');
      plain.append(
          form ? Normalizer.normalize(String.valueOf(c), Normalizer.Form.NFKC) : String.valueOf(c));
    }
    return plain.toString();
  }

  @Override
  public boolean isLiveImplementation() {
    return true;
  }

  /**
   * Cuts a paragraph into what is read from the left and what is read from the right, numbers and
   * foreign words within the latter included. Not thread-safe.
   */
  private static final class Splitter implements BidiSplitter {
    private final List<BidiTextRun> runs = new ArrayList<>();

    @Override
    public void setParagraph(String paragraph, byte defaultDirection) {
      int flags =
          switch (defaultDirection) {
            case LTR -> Bidi.DIRECTION_LEFT_TO_RIGHT;
            case RTL -> Bidi.DIRECTION_RIGHT_TO_LEFT;
            default -> Bidi.DIRECTION_DEFAULT_LEFT_TO_RIGHT;
          };
      Bidi bidi = new Bidi(paragraph, flags);
      runs.clear();
      int start = 0;
      for (int i = 0; i < bidi.getRunCount(); i++) {
        boolean last = i + 1 == bidi.getRunCount();
        byte direction = direction(bidi, i);
        if (last || direction(bidi, i + 1) != direction) {
          runs.add(new BidiTextRun(start, bidi.getRunLimit(i) - start, direction));
          start = bidi.getRunLimit(i);
        }
      }
    }

    private static byte direction(Bidi bidi, int run) {
      return bidi.getRunLevel(run) == 0 ? LTR : RTL;
    }

    @Override
    public int countTextRuns() {
      return runs.size();
    }

    @Override
    public BidiTextRun getVisualRun(int run) {
      return runs.get(run);
    }

    @Override
    public byte getBaseDirection(String paragraph) {
      for (int i = 0; i < paragraph.length(); i++) {
        byte direction = Character.getDirectionality(paragraph.charAt(i));
        if (direction == Character.DIRECTIONALITY_LEFT_TO_RIGHT) {
          return LTR;
        }
        if (direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT
            || direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC) {
          return RTL;
        }
      }
      return NEUTRAL;
    }
  }
}

package dev.innkeeper.documents;

import com.openhtmltopdf.bidi.BidiReorderer;
import com.openhtmltopdf.bidi.BidiSplitter;
import com.openhtmltopdf.bidi.BidiTextRun;
import java.text.Bidi;
import java.text.Normalizer;
import org.jspecify.annotations.Nullable;

/**
 * Text that runs from right to left, laid out with the JDK's implementation of Unicode's bidi
 * algorithm. Stateless.
 */
final class RightToLeft implements BidiReorderer {
  private static final String MIRRORED = "()<>[]{}«»‹›";

  static BidiSplitter splitter() {
    return new Splitter();
  }

  @Override
  public String reorderRTLTextToLTR(String text) {
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

  /** Cuts a paragraph into runs of one direction. Not thread-safe. */
  private static final class Splitter implements BidiSplitter {
    private @Nullable Bidi bidi;

    @Override
    public void setParagraph(String paragraph, byte defaultDirection) {
      int flags =
          switch (defaultDirection) {
            case LTR -> Bidi.DIRECTION_LEFT_TO_RIGHT;
            case RTL -> Bidi.DIRECTION_RIGHT_TO_LEFT;
            default -> Bidi.DIRECTION_DEFAULT_LEFT_TO_RIGHT;
          };
      bidi = new Bidi(paragraph, flags);
    }

    @Override
    public int countTextRuns() {
      return bidi == null ? 0 : bidi.getRunCount();
    }

    @Override
    public BidiTextRun getVisualRun(int run) {
      if (bidi == null) {
        throw new IllegalStateException("no paragraph was set");
      }
      int start = bidi.getRunStart(run);
      return new BidiTextRun(
          start, bidi.getRunLimit(run) - start, bidi.getRunLevel(run) % 2 == 0 ? LTR : RTL);
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

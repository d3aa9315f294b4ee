package dev.innkeeper.documents;

import static org.assertj.core.api.Assertions.assertThat;

import com.openhtmltopdf.bidi.BidiSplitter;
import com.openhtmltopdf.bidi.BidiTextRun;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Capitals would be easier to read: what is expected is written from left to right, as seen. */
class RightToLeftTest {
  private static final RightToLeft TEXT = new RightToLeft();

  private static String seen(String text) {
    BidiSplitter splitter = RightToLeft.splitter();
    byte base = splitter.getBaseDirection(text);
    splitter.setParagraph(text, base == BidiSplitter.NEUTRAL ? BidiSplitter.LTR : base);
    List<String> parts = new ArrayList<>();
    int next = 0;
    for (int i = 0; i < splitter.countTextRuns(); i++) {
      BidiTextRun run = splitter.getVisualRun(i);
      assertThat(run.getStart()).isEqualTo(next);
      next += run.getLength();
      String part = text.substring(run.getStart(), next);
      boolean turned = run.getDirection() == BidiSplitter.RTL;
      parts.add(turned ? TEXT.reorderRTLTextToLTR(part) : part);
    }
    assertThat(next).isEqualTo(text.length());
    return String.join("", parts);
  }

  @Test
  void textFromTheLeftStays() {
    assertThat(seen("Virtual machine (small), 4 GB")).isEqualTo("Virtual machine (small), 4 GB");
  }

  @Test
  void numbersStandToTheLeftOfTheWordsBeforeThem() {
    assertThat(seen("\u05d0\u05d1 12")).isEqualTo("12 \u05d1\u05d0");
    assertThat(seen("VM \u05d0\u05d1 (\u05d2), 4 GB")).isEqualTo("VM 4 ,(\u05d2) \u05d1\u05d0 GB");
  }

  @Test
  void foreignWordsKeepTheirOwnDirection() {
    assertThat(seen("\u05d0\u05d1 Gitea \u05d2\u05d3"))
        .isEqualTo("\u05d3\u05d2 Gitea \u05d1\u05d0");
  }

  @Test
  void vowelSignsStayWithTheirLetter() {
    assertThat(seen("\u0628\u064e\u062a")).isEqualTo("\u062a\u0628\u064e");
  }
}

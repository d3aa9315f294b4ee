package dev.innkeeper.documents;

import com.openhtmltopdf.outputdevice.helper.BaseRendererBuilder.FSFontUseCase;
import com.openhtmltopdf.outputdevice.helper.BaseRendererBuilder.FontStyle;
import com.openhtmltopdf.outputdevice.helper.ExternalResourceControlPriority;
import com.openhtmltopdf.pdfboxout.PdfRendererBuilder;
import com.openhtmltopdf.pdfboxout.PdfRendererBuilder.PdfAConformance;
import com.openhtmltopdf.util.XRLog;
import com.openhtmltopdf.util.XRLogger;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lays HTML out as PDF/A-3 with embedded fonts. Nothing is fetched: a document that names a file or
 * an address shows a gap there. Thread-safe.
 */
final class PdfPrinter {
  private static final Logger log = LoggerFactory.getLogger(PdfPrinter.class);
  private static final int GSUB = 0x47535542;
  private static final int HIDDEN = 0x7A7A7A7A;
  private static final int NORMAL = 400;
  private static final int BOLD = 700;

  /** For the families that name it, and at last for what no named family can show. */
  private static final Set<FSFontUseCase> USES =
      EnumSet.of(FSFontUseCase.DOCUMENT, FSFontUseCase.FALLBACK_FINAL);

  static {
    XRLog.setLoggerImpl(new Bridge());
  }

  /** A face to embed, its file read once. */
  private record Face(String family, int weight, ByteSource file) {}

  /** A file, in memory. */
  private interface ByteSource {
    byte[] bytes();
  }

  private final List<Face> faces = new ArrayList<>();
  private final byte[] colours = ICC_Profile.getInstance(ColorSpace.CS_sRGB).getData();

  PdfPrinter(TemplateFolder folder) {
    add("Noto Sans", NORMAL, TemplateFolder.resource("fonts/NotoSans-Regular.ttf"));
    add("Noto Sans", BOLD, TemplateFolder.resource("fonts/NotoSans-Bold.ttf"));
    add("DejaVu Sans", NORMAL, TemplateFolder.resource("fonts/DejaVuSans.ttf"));
    add("Noto Emoji", NORMAL, TemplateFolder.resource("fonts/NotoEmoji.ttf"));
    for (String name : folder.names()) {
      if (name.startsWith("fonts/")) {
        String file = name.substring("fonts/".length(), name.length() - ".ttf".length());
        boolean bold = file.toLowerCase(Locale.ROOT).endsWith("-bold");
        add(family(file), bold ? BOLD : NORMAL, folder.bytes(name));
      }
    }
  }

  private void add(String family, int weight, byte[] file) {
    byte[] plain = withoutSubstitutions(file);
    faces.add(new Face(family, weight, () -> plain));
  }

  /**
   * The font with its table of glyph substitutions hidden under a name that nobody looks for. With
   * the table, PDFBox builds a regular expression of all ligatures for every piece of text, which
   * takes ten times the time of all the rest; without, "ffi" is three letters.
   */
  private static byte[] withoutSubstitutions(byte[] file) {
    ByteBuffer font = ByteBuffer.wrap(file.clone());
    int tables = font.getShort(4);
    for (int i = 0; i < tables; i++) {
      int entry = 12 + 16 * i;
      if (font.getInt(entry) == GSUB) {
        font.putInt(entry, HIDDEN);
      }
    }
    return font.array();
  }

  /** {@code Lato-Bold} is a face of the family {@code Lato}. */
  private static String family(String file) {
    return file.replaceAll("(?i)-(bold|regular)$", "");
  }

  /**
   * @param html well-formed XML
   * @throws IOException when the stream can't be written to
   */
  void print(String html, String producer, OutputStream out) throws IOException {
    PdfRendererBuilder builder =
        new PdfRendererBuilder()
            .withHtmlContent(html, null)
            .withProducer(producer)
            .usePdfAConformance(PdfAConformance.PDFA_3_U)
            .useColorProfile(colours)
            .useUnicodeBidiSplitter(RightToLeft::splitter)
            .useUnicodeBidiReorderer(new RightToLeft())
            .useReplacementText("\uFFFD")
            .useUriResolver((base, uri) -> resolve(uri))
            .useExternalResourceAccessControl(
                (uri, type) -> uri != null && uri.startsWith("data:image/"),
                ExternalResourceControlPriority.RUN_BEFORE_RESOLVING_URI)
            .toStream(out);
    for (Face face : faces) {
      builder.useFont(
          () -> new ByteArrayInputStream(face.file().bytes()),
          face.family(),
          face.weight(),
          FontStyle.NORMAL,
          true,
          USES);
    }
    builder.run();
  }

  private static @Nullable String resolve(@Nullable String uri) {
    return uri != null && uri.startsWith("data:image/") ? uri : null;
  }

  /** What the layout has to say goes where the rest of the log goes. */
  private static final class Bridge implements XRLogger {
    @Override
    public void log(String where, Level level, String message) {
      write(level, message, null);
    }

    @Override
    public void log(String where, Level level, String message, Throwable cause) {
      write(level, message, cause);
    }

    private static void write(Level level, String message, @Nullable Throwable cause) {
      if (level.intValue() >= Level.WARNING.intValue()) {
        log.warn("{}", message, cause);
      } else {
        log.debug("{}", message, cause);
      }
    }

    @Override
    public void setLevel(String logger, Level level) {
      // The levels are those of the logging back end.
    }

    @Override
    public boolean isLogLevelEnabled(com.openhtmltopdf.util.Diagnostic diagnostic) {
      return diagnostic.getLevel().intValue() >= Level.WARNING.intValue() || log.isDebugEnabled();
    }
  }
}

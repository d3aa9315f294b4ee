package dev.innkeeper.documents;

import dev.innkeeper.billing.problem.InvalidInput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Shows issued invoices and credit notes in the buyer's language: English, German, French, and what
 * else a folder of templates brings. A language without words is served in English.
 *
 * <p>Whoever calls checks first that the reader may see the invoice. Thread-safe; make one and keep
 * it, since it holds templates and fonts.
 */
public final class InvoiceDocuments {
  private static final String PRODUCER = "Innkeeper";

  private final Template template;
  private final Words words;
  private final PdfPrinter printer;
  private final Map<String, ViewBuilder> builders = new HashMap<>();

  private InvoiceDocuments(TemplateFolder folder) {
    this.words = Words.of(folder);
    this.template =
        new TemplateParser(folder, DocumentView.class, words.keys()).parse(TemplateFolder.TEMPLATE);
    String logo = logo(folder);
    for (String language : words.languages()) {
      builders.put(language, new ViewBuilder(language, words.in(language), logo));
    }
    this.printer = new PdfPrinter(folder);
    new TemplateTrial(template, words).run(builders);
  }

  /** With the built-in template. */
  public static InvoiceDocuments standard() {
    return new InvoiceDocuments(new TemplateFolder(null));
  }

  /**
   * With an operator's templates: files of the folder take the place of the built-in files of the
   * same name. All are read and checked now; a later change shows with a new instance.
   *
   * @throws InvalidInput when a template can't be used; the field is its file and line. Nothing
   *     falls back to the built-in template silently.
   */
  public static InvoiceDocuments withTemplates(Path folder) {
    return new InvoiceDocuments(new TemplateFolder(folder));
  }

  /** The languages there are words of, sorted. */
  public List<String> languages() {
    return words.languages();
  }

  /** A page for browsers, complete in itself, that is also well-formed XML. */
  public String html(IssuedDocument document) {
    return fill(document, false);
  }

  /** A PDF/A-3 with all fonts embedded. */
  public byte[] pdf(IssuedDocument document) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      pdf(document, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /**
   * Writes {@link #pdf(IssuedDocument)}.
   *
   * @param out stays open
   * @throws IOException when the stream can't be written to
   */
  public void pdf(IssuedDocument document, OutputStream out) throws IOException {
    printer.print(fill(document, true), PRODUCER, out);
  }

  private String fill(IssuedDocument document, boolean paged) {
    String language = words.served(document.invoice().buyer().language());
    ViewBuilder builder = builders.get(language);
    if (builder == null) {
      throw new IllegalStateException("no builder of " + language);
    }
    TemplateOutput out = TemplateOutput.plain();
    template.render(builder.build(document, paged), words.in(language), out);
    return out.toString();
  }

  private static @Nullable String logo(TemplateFolder folder) {
    for (String[] kind : new String[][] {{"logo.png", "image/png"}, {"logo.jpg", "image/jpeg"}}) {
      if (folder.has(kind[0])) {
        return "data:"
            + kind[1]
            + ";base64,"
            + Base64.getEncoder().encodeToString(folder.bytes(kind[0]));
      }
    }
    return null;
  }
}

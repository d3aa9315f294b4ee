package dev.innkeeper.documents;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.LocalDate;
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

  /** A sum as a language writes it, such as {@code EUR 1,234.50}; no digit is rounded away. */
  public String money(String language, Amount amount) {
    return formats(language).money(amount);
  }

  /** A day as a language writes it, such as {@code 21 November 2026}. */
  public String date(String language, LocalDate day) {
    return formats(language).date(day);
  }

  private Formats formats(String language) {
    return new Formats(words.in(words.served(language)));
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

  /**
   * The invoice for programs: XML of the Cross Industry Invoice, profile EN 16931, with the sums of
   * the invoice to the cent.
   *
   * @throws NotAllowed with code {@code electronic-invoice-impossible} when the standard asks for
   *     something that the invoice lacks, or can't carry its currency; the message names all of it
   */
  public byte[] electronic(IssuedDocument document) {
    ElectronicNeeds.check(document);
    return new CrossIndustryInvoice(document, view(document, false)).write();
  }

  /**
   * The PDF with {@link #electronic} inside: Factur-X, also known as ZUGFeRD.
   *
   * @throws NotAllowed as {@link #electronic} does; {@link #pdf(IssuedDocument)} always works
   */
  public byte[] facturX(IssuedDocument document) {
    byte[] xml = electronic(document);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      FacturX.embed(pdf(document), xml, PRODUCER, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private String fill(IssuedDocument document, boolean paged) {
    TemplateOutput out = TemplateOutput.plain();
    template.render(view(document, paged), words.in(language(document)), out);
    return out.toString();
  }

  private String language(IssuedDocument document) {
    return words.served(document.invoice().buyer().language());
  }

  private DocumentView view(IssuedDocument document, boolean paged) {
    ViewBuilder builder = builders.get(language(document));
    if (builder == null) {
      throw new IllegalStateException("no words of " + language(document));
    }
    return builder.build(document, paged);
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

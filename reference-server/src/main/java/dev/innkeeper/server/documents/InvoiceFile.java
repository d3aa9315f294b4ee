package dev.innkeeper.server.documents;

/** An invoice as a file. Immutable as long as nobody writes into its content. */
public final class InvoiceFile {
  private final InvoiceForm form;
  private final String name;
  private final byte[] content;

  InvoiceFile(InvoiceForm form, String name, byte[] content) {
    this.form = form;
    this.name = name;
    this.content = content;
  }

  public InvoiceForm form() {
    return form;
  }

  /** Of letters, digits, dots, hyphens and underscores. */
  public String name() {
    return name;
  }

  /** The file itself, not a copy. */
  public byte[] content() {
    return content;
  }
}

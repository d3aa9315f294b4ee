package dev.innkeeper.server.documents;

/** What an invoice can be had as. */
public enum InvoiceForm {
  /** A page for browsers and printers. */
  HTML("html", "text/html; charset=utf-8", ".html", "as a page for browsers"),
  PDF("pdf", "application/pdf", ".pdf", "as PDF"),
  /** The PDF with the XML inside. */
  FACTUR_X("factur-x", "application/pdf", "-factur-x.pdf", "as PDF with its XML inside (Factur-X)"),
  /** The XML alone. */
  XML("xml", "application/xml", ".xml", "as XML of EN 16931");

  private final String path;
  private final String contentType;
  private final String suffix;
  private final String words;

  InvoiceForm(String path, String contentType, String suffix, String words) {
    this.path = path;
    this.contentType = contentType;
    this.suffix = suffix;
    this.words = words;
  }

  /** The last part of its address. */
  public String path() {
    return path;
  }

  public String contentType() {
    return contentType;
  }

  /** How it is told of: {@code as PDF}. */
  public String words() {
    return words;
  }

  /** The name of the file: the invoice's number without what file systems and headers mind. */
  String fileName(String number) {
    return number.replaceAll("[^A-Za-z0-9._-]", "-").replaceAll("^[.-]+", "") + suffix;
  }
}

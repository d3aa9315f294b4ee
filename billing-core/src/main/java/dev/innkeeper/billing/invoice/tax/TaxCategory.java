package dev.innkeeper.billing.invoice.tax;

/** How a line is taxed, with the code that EN 16931 invoices carry (UNTDID 5305). */
public enum TaxCategory {
  /** Taxed at the rate given. */
  STANDARD("S"),
  /** Taxable, at a rate of zero. */
  ZERO_RATED("Z"),
  /** Exempt, as with a small business. */
  EXEMPT("E"),
  /** The buyer owes the tax. */
  REVERSE_CHARGE("AE"),
  /** Outside the scope of the seller's tax, as with buyers in other parts of the world. */
  OUT_OF_SCOPE("O");

  private final String code;

  TaxCategory(String code) {
    this.code = code;
  }

  /** The code in an electronic invoice. */
  public String code() {
    return code;
  }
}

package dev.innkeeper.server.demo;

/**
 * Every amount of the story, in EUR, as worked out by hand in {@code docs/demo.md}. The story
 * compares each with what the server says, and a test compares this list with the page.
 */
public enum Fact {
  ADA_VOUCHER("Ada's voucher", "5.00"),
  ADA_TOP_UP("Ada's top-up", "10.00"),
  ADA_SMALL_JUNE("Ada's small site in June", "5.00"),
  ADA_MEDIUM_JUNE("Ada's medium site in June", "11.00"),
  ADA_JUNE("Ada's invoice for June", "16.00"),
  ADA_JUNE_VOUCHER("of it from the voucher", "5.00"),
  ADA_JUNE_CASH("of it from cash", "10.00"),
  ADA_JUNE_CARD("of it from the card", "1.00"),
  CLEO_JUNE("Cleo's invoice for June", "5.76"),
  BEN_JUNE("Ben's invoice for June", "20.00"),
  BEN_OWES("what Ben owes when his site is suspended", "20.00"),
  ADA_JULY("Ada's invoice for July", "16.00"),
  BEN_JULY("Ben's invoice for July", "20.00"),
  CLEO_JULY("Cleo's invoice for July", "6.00"),
  REVENUE("revenue in both months", "83.76"),
  PROMOTION("given away as vouchers", "5.00"),
  GATEWAY("at the card provider", "77.57"),
  FEES("the card provider's fees", "1.19"),
  OWED("owed by customers at the end", "0.00");

  private final String text;
  private final String amount;

  Fact(String text, String amount) {
    this.text = text;
    this.amount = amount;
  }

  /** What it is, as the page calls it. */
  public String text() {
    return text;
  }

  /** Major units with two decimals. */
  public String amount() {
    return amount;
  }
}

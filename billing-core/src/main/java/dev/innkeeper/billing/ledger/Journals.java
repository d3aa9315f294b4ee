package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.money.Currency;
import java.util.Locale;

/** How plain-text accounting programs want things said. */
final class Journals {
  private Journals() {}

  /**
   * The account's name, such as {@code Income:Revenue:Vm} or {@code Liabilities:Cash:C0190…}. No
   * two accounts of one currency share a name.
   */
  static String account(AccountType type, AccountId id) {
    StringBuilder name = new StringBuilder(root(type));
    for (String part : id.code().split("/", -1)) {
      name.append(':').append(component(part));
    }
    if (!id.isHouse()) {
      name.append(":C").append(id.owner());
    }
    return name.toString();
  }

  private static String root(AccountType type) {
    return switch (type) {
      case ASSET -> "Assets";
      case LIABILITY -> "Liabilities";
      case INCOME -> "Income";
      case EXPENSE -> "Expenses";
    };
  }

  /** Codes are lower case, so a capital after a hyphen can stand for what Beancount has not. */
  private static String component(String part) {
    return part.substring(0, 1).toUpperCase(Locale.ROOT)
        + part.substring(1).replace(".", "-D").replace("_", "-U");
  }

  static String beancountHead(LedgerExport.Row row) {
    return day(row)
        + " * \""
        + row.kind()
        + "\"\n  id: \""
        + row.id()
        + "\"\n"
        + (row.metadata().isEmpty()
            ? ""
            : "  notes: \""
                + LedgerExport.notes(row.metadata()).replace("\\", "\\\\").replace("\"", "\\\"")
                + "\"\n");
  }

  static String journalHead(LedgerExport.Row row) {
    // Programs read dates, tags and more out of comments; what they would read is defused.
    String notes =
        LedgerExport.notes(row.metadata())
            .replace('[', '(')
            .replace(']', ')')
            .replace(':', '=')
            .replace(',', ' ');
    return day(row)
        + " * "
        + row.kind()
        + "\n    ; id: "
        + row.id()
        + "\n"
        + (notes.isEmpty() ? "" : "    ; notes: " + notes + "\n");
  }

  static String posting(LedgerExport.Row row, String commodity) {
    return "  " + account(row.type(), row.account()) + "  " + row.signed() + " " + commodity + "\n";
  }

  /** A commodity's name with a digit in it must stand in quotes. */
  static String commodity(Currency currency) {
    String code = currency.code();
    return code.chars().allMatch(c -> c >= 'A' && c <= 'Z') ? code : '"' + code + '"';
  }

  private static String day(LedgerExport.Row row) {
    return row.effectiveAt().toString().substring(0, 10);
  }
}

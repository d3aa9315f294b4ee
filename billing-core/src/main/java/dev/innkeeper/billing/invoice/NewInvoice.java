package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.invoice.tax.TaxSubject;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.InvalidInput.Violation;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An invoice that an operator writes.
 *
 * @param lines 1 to 1,000
 * @param dueDate the last day to pay; the seller's usual term when null
 * @param note for the buyer, or null
 */
public record NewInvoice(
    UUID customerId,
    Currency currency,
    List<Line> lines,
    @Nullable LocalDate dueDate,
    @Nullable String note) {
  static final int LINES_MAX = 1_000;
  private static final int DESCRIPTION_LENGTH_MAX = 500;
  private static final int NOTE_LENGTH_MAX = 2_000;
  private static final int SCALE_MAX = 12;
  private static final BigDecimal QUANTITY_MAX = BigDecimal.valueOf(1_000_000_000L);

  /**
   * One line; its amount is quantity × unit price, rounded half-up to the minor unit.
   *
   * @param productCode whose revenue it is, such as {@code custom}
   * @param quantity above zero, up to 12 decimals
   * @param unitPrice in major units, up to 12 decimals; negative for a discount
   */
  public record Line(
      String productCode,
      String description,
      BigDecimal quantity,
      String unit,
      BigDecimal unitPrice,
      String taxClass) {

    /** One piece of a price, taxed at the standard rate, as revenue of {@code custom}. */
    public static Line of(String description, BigDecimal price) {
      return new Line(
          "custom", description, BigDecimal.ONE, "piece", price, TaxSubject.STANDARD_CLASS);
    }
  }

  public NewInvoice {
    lines = List.copyOf(lines);
  }

  /**
   * Checks everything that needs no database.
   *
   * @throws InvalidInput naming every field at fault
   */
  void validate(LocalDate today) {
    List<Violation> violations = new ArrayList<>();
    if (!Currency.codes().contains(currency.code())) {
      violations.add(
          new Violation("currency", "'" + currency + "' is not known; use a code such as EUR"));
    }
    if (lines.isEmpty() || lines.size() > LINES_MAX) {
      violations.add(
          new Violation(
              "lines", "must be 1 to " + LINES_MAX + ", were " + lines.size() + "; split them"));
    }
    for (int i = 0; i < Math.min(lines.size(), LINES_MAX); i++) {
      validate(violations, "lines[" + i + "]", lines.get(i));
    }
    if (dueDate != null && dueDate.isBefore(today)) {
      violations.add(new Violation("dueDate", dueDate + " is before the day of issue, " + today));
    }
    if (note != null) {
      text(violations, "note", note, NOTE_LENGTH_MAX);
    }
    if (!violations.isEmpty()) {
      throw new InvalidInput(violations);
    }
  }

  private static void validate(List<Violation> violations, String field, Line line) {
    text(violations, field + ".description", line.description(), DESCRIPTION_LENGTH_MAX);
    if (!line.productCode().matches("[a-z0-9][a-z0-9-]{0,39}")) {
      violations.add(
          new Violation(field + ".productCode", "must be a code such as custom or vm-small"));
    }
    if (!line.taxClass().matches("[a-z0-9-]{1,40}")) {
      violations.add(new Violation(field + ".taxClass", "must be a class such as standard"));
    }
    text(violations, field + ".unit", line.unit(), 40);
    if (line.quantity().signum() <= 0
        || line.quantity().compareTo(QUANTITY_MAX) > 0
        || line.quantity().stripTrailingZeros().scale() > SCALE_MAX) {
      violations.add(
          new Violation(
              field + ".quantity", "must be above zero, at most 1000000000, with 12 decimals"));
    }
    if (line.unitPrice().stripTrailingZeros().scale() > SCALE_MAX
        || line.unitPrice().abs().compareTo(QUANTITY_MAX) > 0) {
      violations.add(
          new Violation(field + ".unitPrice", "must be at most 1000000000, with 12 decimals"));
    }
  }

  private static void text(List<Violation> violations, String field, String value, int lengthMax) {
    if (value.isBlank() || value.length() > lengthMax) {
      violations.add(new Violation(field, "must have 1 to " + lengthMax + " characters"));
    } else if (value.chars().anyMatch(c -> c < ' ' && c != '\n')) {
      violations.add(new Violation(field, "must not have control characters"));
    }
  }

  InvoiceDraft draft(UUID id) {
    List<DraftLine> drafted = new ArrayList<>(lines.size());
    for (Line line : lines) {
      drafted.add(
          new DraftLine(
              null,
              line.productCode(),
              "custom",
              line.description(),
              null,
              line.quantity(),
              line.unit(),
              line.unitPrice(),
              amount(line),
              line.taxClass(),
              ""));
    }
    return new InvoiceDraft(id, customerId, InvoiceKind.CUSTOM, currency, null, drafted);
  }

  private Amount amount(Line line) {
    try {
      return Amount.round(
          line.quantity().multiply(line.unitPrice()), currency, RoundingMode.HALF_UP);
    } catch (ArithmeticException e) {
      throw new InvalidInput("lines", "an amount is too large");
    }
  }
}

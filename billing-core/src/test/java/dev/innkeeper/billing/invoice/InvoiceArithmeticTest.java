package dev.innkeeper.billing.invoice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.customer.Address;
import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.invoice.tax.PriceBasis;
import dev.innkeeper.billing.invoice.tax.TaxGroup;
import dev.innkeeper.billing.invoice.tax.TaxPolicy;
import dev.innkeeper.billing.invoice.tax.TaxRate;
import dev.innkeeper.billing.invoice.tax.TaxSubject;
import dev.innkeeper.billing.invoice.tax.TaxTable;
import dev.innkeeper.billing.invoice.tax.TaxTreatment;
import dev.innkeeper.billing.invoice.tax.TaxedLines;
import dev.innkeeper.billing.ledger.AccountId;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.ledger.Posting;
import dev.innkeeper.billing.ledger.Side;
import dev.innkeeper.billing.ledger.Transfer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.time.BillingCalendar;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InvoiceArithmeticTest {
  private static final Instant NOW = Instant.parse("2027-04-01T00:00:00Z");
  private static final Customer ADA =
      new Customer(
          new UUID(1, 1),
          "Ada",
          "ada@example.org",
          Currency.EUR,
          new BillingCalendar(LocalDate.of(2027, 1, 1), ZoneOffset.UTC),
          "default",
          "en",
          null,
          Address.NONE,
          null,
          Map.of(),
          NOW);

  private record Priced(long minor, String taxClass) {}

  @Provide
  Arbitrary<Currency> currencies() {
    return Arbitraries.of("EUR", "JPY", "KWD", "TFT").map(Currency::of);
  }

  @Provide
  Arbitrary<RoundingMode> roundings() {
    return Arbitraries.of(RoundingMode.values()).filter(r -> r != RoundingMode.UNNECESSARY);
  }

  /** Often so little that its tax rounds to nothing or to all of it. */
  @Provide
  Arbitrary<List<Priced>> lines() {
    return Combinators.combine(
            Arbitraries.frequencyOf(
                Tuple.of(2, Arbitraries.longs().between(0, 20)),
                Tuple.of(1, Arbitraries.longs().between(0, 2_000)),
                Tuple.of(2, Arbitraries.longs().between(0, 100_000_000_000L))),
            Arbitraries.of("standard", "reduced", "odd", "zero"))
        .as(Priced::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(30);
  }

  /** A table of rates, but rounded in another way. */
  private record Rounded(TaxPolicy table, RoundingMode rounding) implements TaxPolicy {
    @Override
    public TaxTreatment treat(TaxSubject subject) {
      return table.treat(subject);
    }

    @Override
    public PriceBasis priceBasis() {
      return table.priceBasis();
    }
  }

  private static TaxPolicy policy(PriceBasis basis, RoundingMode rounding) {
    LocalDate start = LocalDate.of(2020, 1, 1);
    TaxPolicy table =
        new TaxTable(
            "DE",
            basis,
            TaxTable.CrossBorder.ORIGIN,
            List.of(
                new TaxRate("DE", "standard", start, new BigDecimal("19")),
                new TaxRate("DE", "reduced", start, new BigDecimal("7")),
                new TaxRate("DE", "odd", start, new BigDecimal("8.125")),
                new TaxRate("DE", "zero", start, BigDecimal.ZERO)));
    return new Rounded(table, rounding);
  }

  private static PreparedInvoice prepare(
      List<Priced> lines, Currency currency, PriceBasis basis, RoundingMode rounding) {
    List<DraftLine> drafted = new ArrayList<>();
    for (Priced line : lines) {
      Amount amount = Amount.ofMinor(line.minor(), currency);
      drafted.add(
          new DraftLine(
              null,
              "vm",
              "compute",
              "Compute",
              null,
              BigDecimal.ONE,
              "month",
              amount.toDecimal(),
              amount,
              line.taxClass(),
              ""));
    }
    InvoiceSettings settings = InvoiceSettings.standard().withTaxPolicy(policy(basis, rounding));
    InvoiceDraft draft =
        new InvoiceDraft(new UUID(2, 2), ADA.id(), InvoiceKind.CUSTOM, currency, null, drafted);
    return new Assembler(settings).assemble(draft, ADA, NOW);
  }

  @Property
  void linesAddUpToTotalsInEveryCurrency(
      @ForAll("lines") List<Priced> lines,
      @ForAll("currencies") Currency currency,
      @ForAll PriceBasis basis,
      @ForAll("roundings") RoundingMode rounding) {
    PreparedInvoice invoice = prepare(lines, currency, basis, rounding);
    long nets = invoice.lineNetMinor().stream().mapToLong(Long::longValue).sum();
    long groupNets = invoice.groups().stream().mapToLong(TaxGroup::netMinor).sum();
    long taxes = invoice.groups().stream().mapToLong(TaxGroup::taxMinor).sum();
    long priced = lines.stream().mapToLong(Priced::minor).sum();
    assertThat(nets).isEqualTo(groupNets).isEqualTo(invoice.netMinor());
    assertThat(invoice.totalMinor()).isEqualTo(nets + taxes);
    assertThat(basis == PriceBasis.GROSS ? invoice.totalMinor() : nets).isEqualTo(priced);
    // Amounts are whole minor units of the currency, whatever its decimals.
    Invoice shown = invoice.asDraft(InvoiceSettings.standard().seller());
    assertThat(shown.total().toDecimal().scale()).isEqualTo(currency.minorDigits());
  }

  @Property
  void theLedgerIsToldTheSameSums(
      @ForAll("lines") List<Priced> lines,
      @ForAll("currencies") Currency currency,
      @ForAll PriceBasis basis,
      @ForAll("roundings") RoundingMode rounding) {
    PreparedInvoice invoice = prepare(lines, currency, basis, rounding);
    Transfer transfer = Bookings.issue(invoice).orElse(null);
    if (transfer == null) {
      assertThat(invoice.totalMinor()).isZero();
      return;
    }
    Map<AccountId, Long> debits = new HashMap<>();
    for (Posting posting : transfer.postings()) {
      debits.merge(
          posting.account(),
          posting.side() == Side.DEBIT ? posting.minorUnits() : -posting.minorUnits(),
          Long::sum);
    }
    assertThat(debits.get(Accounts.receivable(ADA.id(), currency))).isEqualTo(invoice.totalMinor());
    assertThat(debits.getOrDefault(Accounts.tax("de", currency), 0L))
        .isEqualTo(-invoice.taxMinor());
  }

  @Property
  void creditNotesAddUpToTheirInvoiceAndNeverBeyond(
      @ForAll("lines") List<Priced> lines,
      @ForAll("currencies") Currency currency,
      @ForAll PriceBasis basis,
      @ForAll("roundings") RoundingMode rounding,
      @ForAll long seed) {
    Invoice invoice =
        prepare(lines, currency, basis, rounding).asDraft(InvoiceSettings.standard().seller());
    Random random = new Random(seed);
    Map<Integer, Long> before = new HashMap<>();
    long net = 0;
    long tax = 0;
    for (int round = 0; round < 4; round++) {
      Map<Integer, Amount> wanted = new HashMap<>();
      for (InvoiceLine line : invoice.lines()) {
        long left = line.amount().minorUnits() - before.getOrDefault(line.position(), 0L);
        if (left > 0 && random.nextBoolean()) {
          wanted.put(line.position(), Amount.ofMinor(1 + random.nextLong(left), currency));
        }
      }
      boolean last = round == 3;
      if (wanted.isEmpty() && !last) {
        continue;
      }
      CreditCalculation note = CreditCalculation.of(invoice, before, last ? Map.of() : wanted);
      for (int i = 0; i < invoice.lines().size(); i++) {
        before.merge(invoice.lines().get(i).position(), note.amounts().get(i), Long::sum);
      }
      assertThat(note.taxed().totalNetMinor()).isNotNegative();
      assertThat(note.taxed().totalTaxMinor()).isNotNegative();
      net += note.taxed().totalNetMinor();
      tax += note.taxed().totalTaxMinor();
      assertThat(net + tax).isLessThanOrEqualTo(invoice.total().minorUnits());
    }
    assertThat(net).isEqualTo(invoice.net().minorUnits());
    assertThat(tax).isEqualTo(invoice.tax().minorUnits());
  }

  @Property
  void withDiscountsTheRestStillMakesTheInvoiceWhole(
      @ForAll("lines") List<Priced> lines,
      @ForAll("currencies") Currency currency,
      @ForAll PriceBasis basis,
      @ForAll("roundings") RoundingMode rounding,
      @ForAll long seed) {
    Random random = new Random(seed);
    List<Priced> signed =
        lines.stream()
            .map(l -> random.nextInt(3) == 0 ? new Priced(-l.minor(), l.taxClass()) : l)
            .toList();
    Invoice invoice =
        prepare(signed, currency, basis, rounding).asDraft(InvoiceSettings.standard().seller());
    Map<Integer, Amount> part = new HashMap<>();
    for (InvoiceLine line : invoice.lines()) {
      long minor = line.amount().minorUnits();
      if (minor != 0 && random.nextBoolean()) {
        long taken = 1 + random.nextLong(Math.abs(minor));
        part.put(line.position(), Amount.ofMinor(Long.signum(minor) * taken, currency));
      }
    }
    Assume.that(!part.isEmpty());
    TaxedLines first = CreditCalculation.of(invoice, Map.of(), part).taxed();
    Map<Integer, Long> before = new HashMap<>();
    part.forEach((position, amount) -> before.put(position, amount.minorUnits()));
    TaxedLines rest = CreditCalculation.of(invoice, before, Map.of()).taxed();
    for (int i = 0; i < invoice.taxGroups().size(); i++) {
      TaxGroup whole = invoice.taxGroups().get(i);
      TaxGroup a = first.groups().get(i);
      TaxGroup b = rest.groups().get(i);
      assertThat(a.netMinor() + b.netMinor()).isEqualTo(whole.netMinor());
      assertThat(a.taxMinor() + b.taxMinor()).isEqualTo(whole.taxMinor());
    }
  }

  @ParameterizedTest
  @CsvSource({"GROSS, 3, 0", "NET, 3, 1", "GROSS, 2, 0", "NET, 2, 0", "GROSS, 4, 1"})
  void soLittleThatItsSumsDoNotTellWhetherTaxWasInIt(PriceBasis basis, long minor, long tax) {
    Invoice invoice =
        prepare(List.of(new Priced(minor, "standard")), Currency.EUR, basis, RoundingMode.HALF_UP)
            .asDraft(InvoiceSettings.standard().seller());
    assertThat(invoice.tax()).isEqualTo(Amount.ofMinor(tax, Currency.EUR));
    CreditCalculation all = CreditCalculation.of(invoice, Map.of(), Map.of());
    assertThat(all.taxed().groups()).isEqualTo(invoice.taxGroups());
  }

  @Test
  void aNumberFormatWithoutYearOrSeparatorIsRefused() {
    for (String pattern :
        List.of(
            "INV-{number}", "{year}{number}", "{number}-{year}", "{year}-{year}-{number}", "")) {
      assertThatThrownBy(() -> new NumberFormat(pattern, 6))
          .as(pattern)
          .isInstanceOf(InvalidInput.class);
    }
    assertThat(new NumberFormat("R/{year}/{number}-X", 3).format(2027, 12))
        .isEqualTo("R/2027/012-X");
    assertThat(new NumberFormat("{year}-{number}", 2).format(2027, 123)).isEqualTo("2027-123");
  }
}

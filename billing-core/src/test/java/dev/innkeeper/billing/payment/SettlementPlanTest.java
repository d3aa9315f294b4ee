package dev.innkeeper.billing.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.invoice.PaymentSource;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.SettlementPlan.Card;
import dev.innkeeper.billing.payment.SettlementPlan.Funds;
import dev.innkeeper.billing.payment.SettlementPlan.OpenInvoice;
import dev.innkeeper.billing.payment.SettlementPlan.Part;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class SettlementPlanTest {
  private static final Instant ISSUED = Instant.parse("2027-01-01T00:00:00Z");
  private static final UUID CARD_1 = new UUID(7, 1);
  private static final UUID CARD_2 = new UUID(7, 2);

  private static Amount eur(long cents) {
    return Amount.ofMinor(cents, Currency.EUR);
  }

  private static OpenInvoice invoice(long id, long cents, UUID... barred) {
    return new OpenInvoice(new UUID(1, id), eur(cents), ISSUED.plusSeconds(id), Set.of(barred));
  }

  private static Card card(UUID id) {
    return new Card(id, eur(50));
  }

  private static SettlementPlan plan(
      List<OpenInvoice> invoices, long voucher, long cash, List<Card> cards) {
    return SettlementPlan.of(
        invoices, new Funds(eur(voucher), eur(cash)), cards, SettlementPolicy.STANDARD);
  }

  private static List<String> told(SettlementPlan plan) {
    return plan.parts().stream()
        .map(
            p ->
                p.invoiceId().getLeastSignificantBits()
                    + " "
                    + p.source()
                    + " "
                    + p.amount().minorUnits()
                    + (p.methodId() == null ? "" : " by " + p.methodId().getLeastSignificantBits()))
        .toList();
  }

  @Test
  void voucherThenCashThenCardAndTheVoucherPartIsNeverLost() {
    assertThat(told(plan(List.of(invoice(1, 1000)), 300, 200, List.of(card(CARD_1)))))
        .containsExactly("1 VOUCHER 300", "1 CASH 200", "1 CARD 500 by 1");
    assertThat(told(plan(List.of(invoice(1, 1000)), 5000, 200, List.of(card(CARD_1)))))
        .containsExactly("1 VOUCHER 1000");
  }

  @Test
  void largestInvoiceFirstOrOldestFirst() {
    List<OpenInvoice> invoices = List.of(invoice(1, 400), invoice(2, 900), invoice(3, 900));
    assertThat(told(plan(invoices, 0, 1500, List.of())))
        .containsExactly("2 CASH 900", "3 CASH 600");
    SettlementPolicy oldest =
        new SettlementPolicy(
            SettlementPolicy.InvoiceOrder.OLDEST_FIRST, EnumSet.of(PaymentSource.CASH));
    assertThat(
            told(
                SettlementPlan.of(
                    invoices, new Funds(eur(9999), eur(1500)), List.of(card(CARD_1)), oldest)))
        .containsExactly("1 CASH 400", "2 CASH 900", "3 CASH 200");
  }

  @Test
  void theCardsPartIsRaisedToTheMinimumAndTheWalletPaysLess() {
    assertThat(told(plan(List.of(invoice(1, 1000)), 600, 390, List.of(card(CARD_1)))))
        .containsExactly("1 VOUCHER 600", "1 CASH 350", "1 CARD 50 by 1");
    assertThat(told(plan(List.of(invoice(1, 1000)), 990, 0, List.of(card(CARD_1)))))
        .containsExactly("1 VOUCHER 950", "1 CARD 50 by 1");
  }

  @Test
  void anInvoiceBelowTheMinimumIsCarried() {
    assertThat(told(plan(List.of(invoice(1, 49)), 0, 10, List.of(card(CARD_1)))))
        .containsExactly("1 CASH 10");
  }

  @Test
  void aCardThatWasDeclinedForAnInvoiceIsPassedOverForItOnly() {
    assertThat(
            told(
                plan(
                    List.of(invoice(1, 900, CARD_1), invoice(2, 800)),
                    0,
                    0,
                    List.of(card(CARD_1), card(CARD_2)))))
        .containsExactly("1 CARD 900 by 2", "2 CARD 800 by 1");
    assertThat(told(plan(List.of(invoice(1, 900, CARD_1)), 0, 0, List.of(card(CARD_1))))).isEmpty();
  }

  @Property(tries = 2_000)
  void aPlanNeverSpendsWhatIsNotThereNorPaysWhatIsNotOwed(
      @ForAll("invoices") List<OpenInvoice> invoices,
      @ForAll @LongRange(min = 0, max = 3_000) long voucher,
      @ForAll @LongRange(min = 0, max = 3_000) long cash,
      @ForAll("cards") List<Card> cards) {
    SettlementPlan plan = plan(invoices, voucher, cash, cards);
    assertThat(sum(plan, PaymentSource.VOUCHER)).isLessThanOrEqualTo(voucher);
    assertThat(sum(plan, PaymentSource.CASH)).isLessThanOrEqualTo(cash);
    Map<UUID, Long> left = new TreeMap<>();
    invoices.forEach(i -> left.put(i.id(), i.open().minorUnits()));
    Set<String> seen = new HashSet<>();
    for (Part part : plan.parts()) {
      assertThat(part.amount().minorUnits()).isPositive();
      assertThat(seen.add(part.invoiceId() + " " + part.source())).isTrue();
      left.merge(part.invoiceId(), -part.amount().minorUnits(), Long::sum);
      if (part.source() == PaymentSource.CARD) {
        Card charged =
            cards.stream().filter(c -> c.methodId().equals(part.methodId())).findFirst().get();
        assertThat(part.amount()).isGreaterThanOrEqualTo(charged.minimumCharge());
      }
    }
    assertThat(left.values()).allMatch(v -> v >= 0);
    boolean walletEmpty =
        sum(plan, PaymentSource.VOUCHER) == voucher && sum(plan, PaymentSource.CASH) == cash;
    for (OpenInvoice invoice : invoices) {
      boolean chargeable =
          cards.stream()
              .filter(c -> !invoice.barredMethods().contains(c.methodId()))
              .findFirst()
              .filter(c -> invoice.open().compareTo(c.minimumCharge()) >= 0)
              .isPresent();
      assertThat(left.get(invoice.id()) == 0 || (!chargeable && walletEmpty))
          .as("%s stays open although there is money", invoice)
          .isTrue();
    }
  }

  @Property(tries = 500)
  void aPlanDoesNotDependOnTheOrderInWhichInvoicesAreGiven(
      @ForAll("invoices") List<OpenInvoice> invoices,
      @ForAll @LongRange(min = 0, max = 3_000) long wallet,
      @ForAll long seed) {
    List<OpenInvoice> shuffled = new ArrayList<>(invoices);
    Collections.shuffle(shuffled, new Random(seed));
    assertThat(plan(shuffled, wallet, wallet, List.of(card(CARD_1))))
        .isEqualTo(plan(invoices, wallet, wallet, List.of(card(CARD_1))));
  }

  private static long sum(SettlementPlan plan, PaymentSource source) {
    return plan.parts().stream()
        .filter(p -> p.source() == source)
        .mapToLong(p -> p.amount().minorUnits())
        .sum();
  }

  @Provide
  Arbitrary<List<OpenInvoice>> invoices() {
    return Combinators.combine(
            Arbitraries.longs().between(1, 1_000),
            Arbitraries.longs().between(1, 2_000),
            Arbitraries.of(Set.<UUID>of(), Set.of(CARD_1), Set.of(CARD_1, CARD_2)))
        .as(
            (id, cents, barred) ->
                new OpenInvoice(new UUID(1, id), eur(cents), ISSUED.plusSeconds(id), barred))
        .list()
        .uniqueElements(OpenInvoice::id)
        .ofMaxSize(6);
  }

  @Provide
  Arbitrary<List<Card>> cards() {
    return Arbitraries.of(
        List.of(),
        List.of(card(CARD_1)),
        List.of(card(CARD_1), card(CARD_2)),
        List.of(new Card(CARD_2, eur(700)), card(CARD_1)));
  }
}

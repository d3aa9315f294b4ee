package dev.innkeeper.billing.invoice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.innkeeper.billing.audit.AuditCheck;
import dev.innkeeper.billing.customer.Address;
import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.customer.CustomerDetails;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.invoice.tax.PriceBasis;
import dev.innkeeper.billing.invoice.tax.TaxGroup;
import dev.innkeeper.billing.invoice.tax.TaxRate;
import dev.innkeeper.billing.invoice.tax.TaxTable;
import dev.innkeeper.billing.invoice.tax.TaxTreatment;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.promotion.CouponTerms;
import dev.innkeeper.billing.promotion.NewCoupon;
import dev.innkeeper.billing.promotion.NewVoucherBatch;
import dev.innkeeper.billing.rating.ChargeScope;
import dev.innkeeper.billing.subscription.CancelAt;
import dev.innkeeper.billing.subscription.Subscription;
import dev.innkeeper.billing.subscription.SubscriptionStatus;
import dev.innkeeper.billing.testing.Seeds;
import dev.innkeeper.billing.time.BillingCalendar.Period;
import dev.innkeeper.billing.time.Interval;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A preview at the end of a period is what billing at that instant issues. */
class PreviewTest {
  private static final int LIVES = 10;
  private static final int PERIODS = 5;
  private static final List<String> MOVES = List.of("DE", "FR", "FR40303265045", "US");
  private static final List<String> ZONES = List.of("UTC", "Europe/Berlin", "Pacific/Apia");

  private InvoiceFixture f = new InvoiceFixture();
  private int keys;

  /** What sellers of the lives are asked to tax. */
  private enum Taxes {
    NONE,
    NET,
    GROSS;

    InvoiceSettings settings() {
      return this == NONE
          ? InvoiceSettings.standard()
          : InvoiceSettings.standard().withTaxPolicy(german(PriceBasis.valueOf(name())));
    }
  }

  /** A rate that falls and rises again in the middle of months, and one of another country. */
  private static TaxTable german(PriceBasis basis) {
    return new TaxTable(
        "DE",
        basis,
        TaxTable.CrossBorder.DESTINATION,
        List.of(
            rate("DE", LocalDate.of(2020, 1, 1), "19"),
            rate("DE", LocalDate.of(2026, 4, 16), "16"),
            rate("DE", LocalDate.of(2026, 6, 16), "19"),
            rate("FR", LocalDate.of(2020, 1, 1), "20")));
  }

  private static TaxRate rate(String country, LocalDate from, String percent) {
    return new TaxRate(country, "standard", from, new BigDecimal(percent));
  }

  /** A life that is led at random. */
  private final class Life {
    private final Random random;
    private final boolean hasCoupons;
    private final boolean isCorrected;
    private final Customer customer;

    Life(long seed) {
      this.random = new Random(seed);
      this.hasCoupons = random.nextBoolean();
      this.isCorrected = random.nextBoolean();
      this.customer =
          f.customer(
              NewCustomer.named("Life " + seed, "l@example.org", Currency.EUR)
                  .withZone(ZoneId.of(ZONES.get(random.nextInt(ZONES.size()))))
                  .withAnchorDay(1 + random.nextInt(31)));
    }

    /** Steps at random moments, up to the period's end. */
    void leadTo(Instant end) {
      for (int steps = random.nextInt(6); steps > 0; steps--) {
        long seconds = Duration.between(f.clock.instant(), end).toSeconds();
        if (seconds > 2) {
          f.clock.advance(Duration.ofSeconds(1 + random.nextLong(seconds - 1)));
          step();
        }
      }
      f.clock.set(end);
    }

    private void step() {
      List<Subscription> running =
          f.engine.subscriptions().list(customer.id()).stream()
              .filter(s -> s.status() != SubscriptionStatus.ENDED)
              .toList();
      if (random.nextInt(8) == 0) {
        move(customer, MOVES.get(random.nextInt(MOVES.size())));
      }
      if (isCorrected && random.nextInt(4) == 0) {
        correct();
      }
      int what = running.isEmpty() ? random.nextInt(3) : random.nextInt(9);
      switch (what) {
        case 0, 1 ->
            f.start(customer, List.of("forge", "site", "store").get(random.nextInt(3)), Map.of());
        case 2 -> redeem();
        case 3 -> bill();
        case 4 -> pay();
        default -> change(running.get(random.nextInt(running.size())), what);
      }
    }

    private void change(Subscription s, int what) {
      var subscriptions = f.engine.subscriptions();
      boolean paused = s.status() == SubscriptionStatus.PAUSED;
      switch (what) {
        case 5 -> subscriptions.changeQuantity(customer.id(), s.id(), 1L + random.nextInt(4));
        case 6 -> subscriptions.cancel(customer.id(), s.id(), CancelAt.NOW);
        case 7 -> {
          if (s.productCode().equals("site")) {
            subscriptions.changePlan(customer.id(), s.id(), "site", Map.of("size", "large"));
          }
        }
        default -> {
          if (paused) {
            subscriptions.resume(customer.id(), s.id());
          } else {
            subscriptions.pause(customer.id(), s.id());
          }
        }
      }
    }

    private void redeem() {
      if (!hasCoupons) {
        return;
      }
      CouponTerms terms =
          random.nextBoolean()
              ? CouponTerms.percent(Integer.toString(1 + random.nextInt(100)))
              : CouponTerms.amount(Amount.ofMinor(1 + random.nextInt(1_500), Currency.EUR));
      terms =
          switch (random.nextInt(3)) {
            case 0 -> terms;
            case 1 -> terms.forPeriods(1 + random.nextInt(3));
            default -> terms.forEver();
          };
      if (random.nextInt(3) == 0) {
        terms = terms.forProducts(Set.of(random.nextBoolean() ? "forge" : "site"));
      }
      if (random.nextInt(4) == 0) {
        terms = terms.alone();
      }
      String code = "CPN-" + ++keys;
      f.engine.coupons().create(NewCoupon.of(code, code, terms), "tester", code);
      f.engine.coupons().redeem(customer.id(), code, code);
    }

    /** Gives credit, which pays what is open as far as it goes. */
    private void pay() {
      String key = "pay-" + ++keys;
      NewVoucherBatch gift =
          NewVoucherBatch.of(key, Amount.ofMinor(1 + random.nextInt(3_000), Currency.EUR), 1);
      UUID batch = f.engine.vouchers().issue(gift, "tester", key).id();
      String code = f.engine.vouchers().codes(batch, null, 1).get(0).code();
      f.engine.vouchers().redeem(customer.id(), code, key);
    }

    /** Voids an invoice or takes it back, as a whole or parts of its lines, as operators do. */
    private void correct() {
      List<Invoice> issued =
          invoices().list(customer.id(), null, 200).stream()
              .filter(invoice -> invoice.kind() != InvoiceKind.CREDIT_NOTE)
              .toList();
      if (issued.isEmpty()) {
        return;
      }
      Invoice one = issued.get(random.nextInt(Math.min(2, issued.size())));
      Map<Integer, Amount> parts = new HashMap<>();
      if (random.nextBoolean()) {
        for (InvoiceLine line : one.lines()) {
          long minor = line.amount().minorUnits();
          if (minor != 0 && random.nextBoolean()) {
            long part = random.nextBoolean() ? minor : minor / 2;
            parts.put(line.position(), Amount.ofMinor(part, Currency.EUR));
          }
        }
      }
      try {
        if (random.nextInt(3) == 0) {
          invoices().voidInvoice(customer.id(), one.id(), "Wrong");
        } else {
          NewCreditNote wanted = NewCreditNote.ofLines(customer.id(), one.id(), parts, "Sorry");
          assertThat(invoices().creditNote(wanted, "sorry-" + ++keys).total().isPositive())
              .isTrue();
        }
      } catch (InvalidInput | NotAllowed refused) {
        // Something was paid on it, or less is left of it.
        assertThat(refused).hasMessageNotContaining("no tax rule");
      }
    }

    private void bill() {
      List<String> issued = documents(() -> invoices().billDue(customer.id()));
      assertThat(issued).isNotNull();
    }
  }

  private Invoices invoices() {
    return f.invoices;
  }

  /** To a country, or with a VAT id to a business there. */
  private void move(Customer customer, String to) {
    boolean business = to.length() > 2;
    Address address = new Address("Road 1", "10115", "Town", to.substring(0, 2));
    f.engine
        .customers()
        .change(
            customer.id(),
            CustomerDetails.of(customer)
                .withAddress(address)
                .withCompany(business ? "Life Ltd" : null, business ? to : null));
  }

  /** What there is to charge, or to give back, now. */
  private long charged(UUID customer) {
    return f
        .engine
        .charges()
        .peek(Map.of(customer, f.clock.instant()), ChargeScope.ALL)
        .charges()
        .getOrDefault(customer, List.of())
        .stream()
        .mapToLong(charge -> charge.amount().minorUnits())
        .sum();
  }

  /** Invoices and credit notes; not what is void. */
  private List<Invoice> standing(UUID customer) {
    return invoices().list(customer, null, 200).stream()
        .filter(invoice -> invoice.status() != InvoiceStatus.VOID)
        .toList();
  }

  /** What invoices come to before tax, less credit notes; with it, when prices contain it. */
  private long invoiced(UUID customer) {
    return standing(customer).stream()
        .mapToLong(
            invoice -> {
              long sum = invoice.lines().stream().mapToLong(l -> l.amount().minorUnits()).sum();
              return invoice.kind() == InvoiceKind.CREDIT_NOTE ? -sum : sum;
            })
        .sum();
  }

  /** By rate: what invoices come to, less credit notes. */
  private Map<TaxTreatment, Long> taxed(UUID customer) {
    Map<TaxTreatment, Long> taxed = new HashMap<>();
    for (Invoice invoice : standing(customer)) {
      for (TaxGroup group : invoice.taxGroups()) {
        long minor = Math.addExact(group.netMinor(), group.taxMinor());
        long signed = invoice.kind() == InvoiceKind.CREDIT_NOTE ? -minor : minor;
        taxed.merge(group.treatment(), signed, Long::sum);
      }
    }
    return taxed;
  }

  /** By subscription and period: what invoices come to for the time, less credit notes. */
  private Map<String, Long> byTime(Customer customer) {
    Map<String, Long> sums = new HashMap<>();
    for (Invoice invoice : standing(customer.id())) {
      for (InvoiceLine line : invoice.lines()) {
        Interval time = line.interval();
        if (time != null && time.from().isBefore(time.to())) {
          long minor = line.amount().minorUnits();
          long signed = invoice.kind() == InvoiceKind.CREDIT_NOTE ? -minor : minor;
          long period = customer.calendar().periodAt(time.from()).index();
          sums.merge(line.subscriptionId() + " in period " + period, signed, Long::sum);
        }
      }
    }
    return sums;
  }

  /** Nothing falls below zero, but for what operators brought there. */
  private static <K> void assertNotBelowZero(String as, Map<K, Long> before, Map<K, Long> after) {
    after.forEach(
        (key, minor) ->
            assertThat(minor)
                .as("%s, %s", as, key)
                .isGreaterThanOrEqualTo(Math.min(0, before.getOrDefault(key, 0L))));
  }

  private List<InvoiceLine> returnsTaxedAsNeverCharged(UUID customer) {
    List<InvoiceLine> lines =
        invoices().list(customer, null, 200).stream()
            .filter(invoice -> invoice.kind() != InvoiceKind.CREDIT_NOTE)
            .flatMap(invoice -> invoice.lines().stream())
            .filter(line -> !line.component().equals(DraftLine.COUPON))
            .toList();
    return lines.stream()
        .filter(line -> line.amount().isNegative())
        .filter(line -> lines.stream().noneMatch(charge -> charges(charge, line)))
        .toList();
  }

  /** Whether a line charged what another gives back, with its tax. */
  private static boolean charges(InvoiceLine charge, InvoiceLine returned) {
    return charge.amount().isPositive()
        && Objects.equals(charge.subscriptionId(), returned.subscriptionId())
        && charge.component().equals(returned.component())
        && !charge.interval().from().isAfter(returned.interval().from())
        && !charge.interval().to().isBefore(returned.interval().to())
        && charge.tax().equals(returned.tax());
  }

  /** What documents say, or why there are none; ids and numbers aside, which a draft lacks. */
  private static List<String> documents(Supplier<List<Invoice>> source) {
    List<Invoice> invoices;
    try {
      invoices = source.get();
    } catch (NotAllowed e) {
      return List.of("refused: " + e.code() + ": " + e.getMessage());
    }
    List<UUID> own = invoices.stream().map(Invoice::id).toList();
    List<String> documents = new ArrayList<>();
    for (Invoice invoice : invoices) {
      List<String> lines = invoice.lines().stream().map(PreviewTest::line).toList();
      UUID corrects = invoice.corrects();
      documents.add(
          String.join(
              "\n",
              invoice.kind() + " " + invoice.period() + " " + invoice.total() + " " + invoice.tax(),
              "corrects "
                  + (corrects != null && own.contains(corrects) ? "one of these" : corrects),
              String.join("\n", lines)));
    }
    return documents;
  }

  private static String line(InvoiceLine line) {
    return String.join(
        " | ",
        line.position() + " " + line.subscriptionId() + " " + line.component(),
        line.description(),
        String.valueOf(line.interval()),
        plain(line.quantity()) + " " + line.unit() + " at " + plain(line.unitPrice()),
        line.amount() + " " + line.net(),
        line.explanation());
  }

  private static String plain(BigDecimal number) {
    return number == null ? "-" : number.stripTrailingZeros().toPlainString();
  }

  @ParameterizedTest
  @EnumSource(Taxes.class)
  void whatIsPreviewedAtAPeriodsEndIsWhatIsIssuedThen(Taxes taxes) {
    f = new InvoiceFixture(taxes.settings());
    long seed = Seeds.of("lives that are billed");
    // Seeds next to each other begin with the same numbers: all lives would have coupons, or none.
    Random seeds = new Random(seed);
    int discounted = 0;
    int givenBack = 0;
    for (int n = 0; n < LIVES; n++) {
      Life life = new Life(seeds.nextLong());
      for (int period = 0; period < PERIODS; period++) {
        Period current = life.customer.calendar().periodAt(f.clock.instant());
        life.leadTo(current.to());
        UUID customer = life.customer.id();
        String as = "seed %d, life %d, period %d".formatted(seed, n, period);
        long charged = charged(customer);
        List<String> shown = documents(() -> invoices().preview(customer, f.clock.instant()));
        long before = invoiced(customer);
        Map<TaxTreatment, Long> taxedBefore = taxed(customer);
        Map<String, Long> sumsBefore = byTime(life.customer);
        List<String> issued = documents(() -> invoices().billDue(customer));
        assertThat(shown).as(as).containsExactlyInAnyOrderElementsOf(issued);
        assertThat(issued.toString()).as(as).doesNotContain("refused");
        if (!life.hasCoupons && !life.isCorrected) {
          assertThat(invoiced(customer) - before).as(as).isEqualTo(charged);
        }
        assertThat(invoiced(customer))
            .as("%s: never more back than was charged", as)
            .isNotNegative();
        assertNotBelowZero(as, taxedBefore, taxed(customer));
        assertNotBelowZero(as, sumsBefore, byTime(life.customer));
        assertThat(returnsTaxedAsNeverCharged(customer)).as(as).isEmpty();
        discounted += shown.toString().contains("coupon") ? 1 : 0;
        givenBack += shown.toString().contains("CREDIT_NOTE") ? 1 : 0;
      }
    }
    System.out.println(discounted + " with coupons, " + givenBack + " with credit notes");
    assertThat(f.engine.audit().run().checks().stream().filter(check -> !check.holds()).toList())
        .extracting(AuditCheck::name, AuditCheck::findings)
        .isEmpty();
  }

  @Test
  void whatWasDiscountedInAdvanceIsPreviewedAsGivenBackAtTheDiscountedPrice() {
    f.at("2026-04-01T00:00:00Z");
    Customer ada = f.customer("Ada");
    halfPrice(ada);
    Subscription forge = f.start(ada, "forge", Map.of());
    invoices().billDue(ada.id());
    f.at("2026-04-16T00:00:00Z");
    f.engine.subscriptions().cancel(ada.id(), forge.id(), CancelAt.NOW);
    // Half of the month was not used; 6.00 were charged for all of it.
    assertThat(invoices().preview(ada.id(), f.clock.instant()))
        .singleElement()
        .satisfies(
            note -> {
              assertThat(note.kind()).isEqualTo(InvoiceKind.CREDIT_NOTE);
              assertThat(note.status()).isEqualTo(InvoiceStatus.DRAFT);
              assertThat(note.number()).isNull();
              assertThat(note.total()).isEqualTo(eur("3.00"));
            });
    assertThat(f.count("select count(*) from @.invoice")).isEqualTo(1);
    // Beside what is charged more, it is a line.
    f.start(ada, "forge", Map.of());
    assertThat(invoices().preview(ada.id(), f.clock.instant()))
        .singleElement()
        .satisfies(
            invoice -> {
              assertThat(invoice.lines()).extracting(InvoiceLine::amount).contains(eur("-3.00"));
              assertThat(invoice.total()).isEqualTo(eur("8.00"));
            });
  }

  @Test
  void whoBecomesABusinessGetsTheTaxBackThatWasCharged() {
    f = new InvoiceFixture(Taxes.NET.settings());
    f.at("2026-03-16T00:00:00Z");
    Customer ada = f.customer("Ada");
    Subscription forge = f.start(ada, "forge", Map.of());
    f.start(ada, "forge", Map.of());
    Invoice first = invoices().billDue(ada.id()).get(0);
    assertThat(first.tax()).isEqualTo(eur("4.25")); // 19 % of two half months and set-ups
    move(ada, "FR40303265045");
    f.at("2026-03-24T00:00:00Z");
    f.engine.subscriptions().cancel(ada.id(), forge.id(), CancelAt.NOW);
    f.at("2026-04-01T00:00:00Z");
    List<Invoice> issued = invoices().billDue(ada.id());
    assertThat(issued)
        .extracting(Invoice::kind, Invoice::net, Invoice::tax)
        .containsExactlyInAnyOrder(
            tuple(InvoiceKind.CYCLE, eur("12.00"), eur("0.00")),
            tuple(InvoiceKind.CREDIT_NOTE, eur("3.09"), eur("0.59")));
    InvoiceInvariants.hold(f.db);
  }

  @Test
  void aDryRunCountsWhatWillBeGivenBack() {
    f.at("2026-04-01T00:00:00Z");
    Customer ada = f.customer("Ada");
    Customer ben = f.customer("Ben");
    Subscription forge = f.start(ada, "forge", Map.of());
    f.start(ben, "forge", Map.of());
    invoices().billDue(ada.id());
    invoices().billDue(ben.id());
    f.at("2026-04-16T00:00:00Z");
    f.engine.subscriptions().cancel(ada.id(), forge.id(), CancelAt.NOW);
    f.at("2026-05-01T00:00:00Z");
    RunReport dry = invoices().dryRun(RunOptions.standard());
    RunReport wet = invoices().run(RunOptions.standard());
    // Ben's next month, less half of Ada's last.
    assertThat(wet.totals()).containsExactly(Map.entry(Currency.EUR, eur("6.00")));
    assertThat(dry.totals()).isEqualTo(wet.totals());
    assertThat(dry.invoices()).isEqualTo(wet.invoices()).isEqualTo(2);
  }

  private static Amount eur(String amount) {
    return Amount.parse(amount, Currency.EUR);
  }

  private long notes(Customer customer) {
    return invoices().list(customer.id(), null, 10).stream()
        .filter(invoice -> invoice.kind() == InvoiceKind.CREDIT_NOTE)
        .mapToLong(invoice -> invoice.total().minorUnits())
        .sum();
  }

  /** And is billed at the month's end. */
  private void leavesTheNextDay(Subscription forge) {
    f.at("2026-04-12T00:00:00Z");
    f.engine.subscriptions().cancel(forge.customerId(), forge.id(), CancelAt.NOW);
    f.at("2026-05-01T00:00:00Z");
    invoices().billDue(forge.customerId());
  }

  @Test
  void whatAnInvoiceGaveBackItselfDoesNotHinderGivingBackMore() {
    f.at("2026-04-01T00:00:00Z");
    Customer ada = f.customer("Ada");
    Subscription forge = f.start(ada, "forge", Map.of());
    f.engine.subscriptions().changeQuantity(ada.id(), forge.id(), 3);
    invoices().billDue(ada.id());
    f.at("2026-04-21T00:00:00Z");
    f.engine.subscriptions().changeQuantity(ada.id(), forge.id(), 1);
    f.at("2026-05-01T00:00:00Z");
    // A third of 36.00 comes back, one piece is charged for the ten days, and for May.
    assertThat(invoices().billDue(ada.id()))
        .extracting(Invoice::total)
        .containsExactly(eur("4.00"));
    f.at("2026-05-01T12:00:00Z");
    f.engine.subscriptions().cancel(ada.id(), forge.id(), CancelAt.NOW);
    f.at("2026-06-01T00:00:00Z");
    long charged = charged(ada.id());
    List<String> shown = documents(() -> invoices().preview(ada.id(), f.clock.instant()));
    assertThat(documents(() -> invoices().billDue(ada.id())))
        .containsExactlyInAnyOrderElementsOf(shown);
    // Of May's invoice there are only 4.00 to take back; the rest stands on April's.
    assertThat(charged).isEqualTo(-1181);
    assertThat(notes(ada)).isEqualTo(1181);
  }

  @Test
  void whatSeveralInvoicesChargedComesBackFromAllOfThem() {
    f.at("2026-04-01T00:00:00Z");
    Customer ada = f.customer("Ada");
    Subscription forge = f.start(ada, "forge", Map.of());
    invoices().billDue(ada.id());
    f.at("2026-04-11T00:00:00Z");
    f.engine.subscriptions().changeQuantity(ada.id(), forge.id(), 2);
    assertThat(invoices().billDue(ada.id()).get(0).total()).isEqualTo(eur("8.00"));
    leavesTheNextDay(forge);
    // 19 of 30 days of two of 12.00: more than the 8.00 that the later invoice charged more.
    assertThat(notes(ada)).isEqualTo(1520);
  }

  @Test
  void whatComesBackIsAtThePriceOfTheLastChargeOfTheTime() {
    f.at("2026-04-01T00:00:00Z");
    Customer ada = f.customer("Ada");
    halfPrice(ada);
    Subscription forge = f.start(ada, "forge", Map.of());
    invoices().billDue(ada.id());
    f.at("2026-04-11T00:00:00Z");
    f.engine.subscriptions().changeQuantity(ada.id(), forge.id(), 2);
    // Two of 12.00 for 20 of 30 days, less one of 6.00 for as long.
    assertThat(invoices().billDue(ada.id()).get(0).total()).isEqualTo(eur("12.00"));
    leavesTheNextDay(forge);
    assertThat(notes(ada)).isEqualTo(1520);
  }

  @Test
  void whatAVoidedInvoiceChargedMoreIsNotGivenBack() {
    f.at("2026-04-01T00:00:00Z");
    Customer ada = f.customer("Ada");
    Subscription forge = f.start(ada, "forge", Map.of());
    invoices().billDue(ada.id());
    f.at("2026-04-11T00:00:00Z");
    f.engine.subscriptions().changeQuantity(ada.id(), forge.id(), 2);
    Invoice wrong = invoices().billDue(ada.id()).get(0);
    invoices().voidInvoice(ada.id(), wrong.id(), "Wrong");
    leavesTheNextDay(forge);
    // 19 of 30 days of the one that is owed.
    assertThat(notes(ada)).isEqualTo(760);
  }

  @Test
  void whatAVoidedInvoiceChargedIsNotGivenBackAndParksNobody() {
    f.at("2026-04-01T00:00:00Z");
    Customer ada = f.customer("Ada");
    Subscription forge = f.start(ada, "forge", Map.of());
    Invoice wrong = invoices().billDue(ada.id()).get(0);
    invoices().voidInvoice(ada.id(), wrong.id(), "Wrong");
    f.at("2026-04-16T00:00:00Z");
    f.engine.subscriptions().cancel(ada.id(), forge.id(), CancelAt.NOW);
    assertThat(invoices().preview(ada.id(), f.clock.instant())).isEmpty();
    f.at("2026-05-01T00:00:00Z");
    assertThat(invoices().billDue(ada.id())).isEmpty();
    assertThat(invoices().parked(null, 10)).isEmpty();
  }

  /** On the next invoice. */
  private void halfPrice(Customer customer) {
    f.engine.coupons().create(NewCoupon.of("HALF", "Half", CouponTerms.percent("50")), "t", "c");
    f.engine.coupons().redeem(customer.id(), "HALF", "r");
  }

  private void takeBack(Invoice invoice) {
    UUID customer = invoice.customerId();
    String key = "take-back-" + ++keys;
    assertThat(
            invoices()
                .creditNote(NewCreditNote.ofAll(customer, invoice.id(), "Sorry"), key)
                .total())
        .isEqualTo(invoice.total());
  }

  @Test
  void whatWasTakenBackIsNotGivenBackAgainBesideAnotherCharge() {
    f.at("2026-04-01T00:00:00Z");
    Customer ada = f.customer("Ada");
    Subscription forge = f.start(ada, "forge", Map.of());
    Invoice first = invoices().billDue(ada.id()).get(0);
    f.start(ada, "forge", Map.of());
    invoices().billDue(ada.id());
    f.at("2026-04-05T00:00:00Z");
    takeBack(first);
    f.at("2026-04-16T00:00:00Z");
    f.engine.subscriptions().cancel(ada.id(), forge.id(), CancelAt.NOW);
    f.at("2026-05-01T00:00:00Z");
    // May of the other.
    assertThat(invoices().billDue(ada.id()))
        .extracting(Invoice::total)
        .containsExactly(eur("12.00"));
  }

  @Test
  void nobodyGetsMoreOfALineThanIsLeftOfIt() {
    f.at("2026-04-01T00:00:00Z");
    Customer ada = f.customer("Ada");
    halfPrice(ada);
    Subscription forge = f.start(ada, "forge", Map.of());
    Invoice first = invoices().billDue(ada.id()).get(0);
    assertThat(first.total()).isEqualTo(eur("8.50"));
    f.start(ada, "forge", Map.of());
    invoices().billDue(ada.id());
    int month =
        first.lines().stream()
            .filter(line -> line.amount().equals(eur("12.00")))
            .findFirst()
            .orElseThrow()
            .position();
    Map<Integer, Amount> part = Map.of(month, eur("4.00"));
    invoices()
        .creditNote(NewCreditNote.ofLines(ada.id(), first.id(), part, "Sorry"), "a part of it");
    f.at("2026-04-16T00:00:00Z");
    f.engine.subscriptions().cancel(ada.id(), forge.id(), CancelAt.NOW);
    f.at("2026-05-01T00:00:00Z");
    // Half of what was 6.00 with the coupon, of which 2.00 are left.
    assertThat(invoices().billDue(ada.id()))
        .extracting(Invoice::total)
        .containsExactly(eur("10.00"));
  }

  @Test
  void whatATakenBackInvoiceChargedMoreIsNotGivenBack() {
    f.at("2026-04-01T00:00:00Z");
    Customer ada = f.customer("Ada");
    Subscription forge = f.start(ada, "forge", Map.of());
    invoices().billDue(ada.id());
    f.at("2026-04-11T00:00:00Z");
    f.engine.subscriptions().changeQuantity(ada.id(), forge.id(), 2);
    takeBack(invoices().billDue(ada.id()).get(0));
    assertThat(notes(ada)).isEqualTo(800);
    leavesTheNextDay(forge);
    // 19 of 30 days of the one that is owed.
    assertThat(notes(ada)).isEqualTo(800 + 760);
  }

  @Test
  void aCouponOnATakenBackInvoiceTakesNothingOffOthers() {
    Customer ada = f.customer("Ada");
    f.custom(ada, "99.00");
    f.at("2026-04-01T00:00:00Z");
    halfPrice(ada);
    Subscription forge = f.start(ada, "forge", Map.of());
    takeBack(invoices().billDue(ada.id()).get(0));
    f.at("2026-04-16T00:00:00Z");
    f.engine.subscriptions().cancel(ada.id(), forge.id(), CancelAt.NOW);
    f.at("2026-05-01T00:00:00Z");
    invoices().billDue(ada.id());
    assertThat(notes(ada)).isEqualTo(850);
  }
}

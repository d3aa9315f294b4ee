package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.invoice.InvoicePayment;
import dev.innkeeper.billing.invoice.Invoices;
import dev.innkeeper.billing.invoice.PaymentSource;
import dev.innkeeper.billing.ledger.AccountId;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.ledger.Ledger;
import dev.innkeeper.billing.ledger.Transfer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.SettlementPlan.Card;
import dev.innkeeper.billing.payment.SettlementPlan.Funds;
import dev.innkeeper.billing.payment.SettlementPlan.OpenInvoice;
import dev.innkeeper.billing.payment.SettlementPlan.Part;
import dev.innkeeper.billing.payment.spi.ChargeRequest.Presence;
import dev.innkeeper.billing.payment.spi.PaymentProvider;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Settles what is open, for any number of customers with a fixed number of statements: what the
 * wallets can pay is paid, and what cards are to pay is recorded as attempts. Runs in the caller's
 * transaction, which holds the customers' locks, and calls no provider.
 */
final class SettlementPass {
  /** A card that was declined for an invoice is left alone for it so long, or until renewed. */
  static final Duration CARD_RETRY_PAUSE = Duration.ofDays(5);

  private final Ids ids;
  private final Clock clock;
  private final Ledger ledger;
  private final Invoices invoices;
  private final Providers providers;
  private final PaymentBook book;
  private final List<MoneyListener> listeners;
  private final SettlementPolicy policy;

  SettlementPass(
      PaymentCore core,
      Providers providers,
      PaymentBook book,
      List<MoneyListener> listeners,
      SettlementPolicy policy) {
    this.ids = core.ids();
    this.clock = core.clock();
    this.ledger = core.ledger();
    this.invoices = core.invoices();
    this.providers = providers;
    this.book = book;
    this.listeners = listeners;
    this.policy = policy;
  }

  /**
   * What to settle.
   *
   * @param invoiceId only this invoice; null for all that are open
   * @param methodId only this card, even if it was declined lately; null for all cards in order
   * @param headStart as for {@link PaymentBook#insert}
   */
  record Scope(
      Collection<UUID> customerIds,
      SettlementPolicy policy,
      Presence presence,
      @Nullable UUID invoiceId,
      @Nullable UUID methodId,
      Duration headStart) {}

  /** All that is open of the customers, by the engine's policy. */
  Scope all(Collection<UUID> customerIds, Duration headStart) {
    return new Scope(customerIds, policy, Presence.OFF_SESSION, null, null, headStart);
  }

  private record Owner(UUID customerId, Currency currency) {}

  private record Candidate(Owner owner, OpenInvoice invoice, String number) {}

  /** Settles; gives the attempts that were recorded. */
  List<Recorded> run(Handle handle, Scope scope) {
    List<Recorded> recorded = settle(handle, scope);
    // Also what waits for an attempt under way, or due work would find it again and again.
    markTried(handle, scope);
    listeners.forEach(listener -> listener.moneyChanged(scope.customerIds()));
    return recorded;
  }

  private List<Recorded> settle(Handle handle, Scope scope) {
    List<Candidate> candidates = candidates(handle, scope, null);
    if (candidates.isEmpty()) {
      return List.of();
    }
    Map<Owner, List<Candidate>> byOwner = new LinkedHashMap<>();
    candidates.forEach(c -> byOwner.computeIfAbsent(c.owner(), owner -> new ArrayList<>()).add(c));
    Map<AccountId, Amount> balances = balances(byOwner.keySet());
    Map<UUID, List<PaymentMethod>> methods =
        methods(handle, scope.customerIds(), scope.policy(), scope.methodId());
    List<Transfer> transfers = new ArrayList<>();
    List<InvoicePayment> paid = new ArrayList<>();
    List<PaymentBook.NewPayment> charges = new ArrayList<>();
    byOwner.forEach(
        (owner, invoicesOfOwner) -> {
          List<PaymentMethod> cards = methods.getOrDefault(owner.customerId(), List.of());
          SettlementPlan plan = plan(owner, invoicesOfOwner, balances, cards, scope.policy());
          fromWallet(owner, plan, transfers, paid);
          charges.addAll(charges(invoicesOfOwner, plan, cards, scope.presence()));
        });
    ledger.requireAll(transfers);
    invoices.settle(paid);
    book.insert(charges, scope.headStart());
    return charges.stream().map(c -> new Recorded(c.customerId(), c.id())).toList();
  }

  private SettlementPlan plan(
      Owner owner,
      List<Candidate> candidates,
      Map<AccountId, Amount> balances,
      List<PaymentMethod> cards,
      SettlementPolicy allowed) {
    return SettlementPlan.of(
        candidates.stream().map(Candidate::invoice).toList(),
        new Funds(
            balance(balances, Accounts.voucher(owner.customerId(), owner.currency())),
            balance(balances, Accounts.cash(owner.customerId(), owner.currency()))),
        cards(cards, owner.currency()),
        allowed);
  }

  /**
   * Open invoices without an attempt under way, with the cards that were declined for them.
   *
   * @param without an attempt that is taken for called off; null for none
   */
  private List<Candidate> candidates(Handle handle, Scope scope, @Nullable UUID without) {
    return handle
        .createQuery(
            "select i.customer_id, i.id, i.number, i.open, i.currency, i.issued_at,"
                + " array(select p.method_id from @.payment p join @.payment_method m"
                + "   on m.customer_id = p.customer_id and m.id = p.method_id"
                + "   where p.customer_id = i.customer_id and p.invoice_id = i.id"
                + "   and (p.id = cast(:without as uuid) or (p.state = 'DECLINED'"
                + "     or p.state = 'CANCELLED' and p.decline_code is null)"
                + "   and p.finished_at > greatest(:since, m.renewed_at))) barred"
                + " from @.invoice i where i.customer_id = any(:customers) and i.status = 'OPEN'"
                + " and (cast(:invoice as uuid) is null or i.id = cast(:invoice as uuid))"
                + " and not exists (select 1 from @.payment o where o.customer_id = i.customer_id"
                + "   and o.invoice_id = i.id and o.next_at is not null"
                + "   and o.id is distinct from cast(:without as uuid))"
                + " order by i.customer_id, i.id")
        .bindArray("customers", UUID.class, scope.customerIds())
        .bind("invoice", scope.invoiceId())
        .bind("without", without)
        .bind("since", at(clock.instant().minus(CARD_RETRY_PAUSE)))
        .map((row, context) -> candidate(row, scope))
        .list();
  }

  private static Candidate candidate(ResultSet row, Scope scope) throws SQLException {
    Currency currency = Currency.of(row.getString("currency"));
    UUID[] barred = (UUID[]) row.getArray("barred").getArray();
    return new Candidate(
        new Owner(row.getObject("customer_id", UUID.class), currency),
        new OpenInvoice(
            row.getObject("id", UUID.class),
            Amount.ofMinor(row.getLong("open"), currency),
            SqlValues.instant(row, "issued_at"),
            scope.methodId() == null ? Set.copyOf(Arrays.asList(barred)) : Set.of()),
        row.getString("number"));
  }

  private Map<AccountId, Amount> balances(Collection<Owner> owners) {
    List<AccountId> accounts = new ArrayList<>();
    for (Owner owner : owners) {
      accounts.add(Accounts.voucher(owner.customerId(), owner.currency()));
      accounts.add(Accounts.cash(owner.customerId(), owner.currency()));
    }
    return ledger.availables(accounts);
  }

  private static Amount balance(Map<AccountId, Amount> balances, AccountId account) {
    Amount zero = Amount.zero(account.currency());
    return balances.getOrDefault(account, zero).max(zero);
  }

  /** Usable cards, all or the one; none unless the policy lets cards pay. */
  private Map<UUID, List<PaymentMethod>> methods(
      Handle handle,
      Collection<UUID> customerIds,
      SettlementPolicy allowed,
      @Nullable UUID methodId) {
    Map<UUID, List<PaymentMethod>> methods = new HashMap<>();
    if (!allowed.sources().contains(PaymentSource.CARD)) {
      return methods;
    }
    Instant now = clock.instant();
    for (PaymentMethod method : MethodBook.of(handle, customerIds)) {
      boolean wanted = methodId == null || methodId.equals(method.id());
      if (wanted && method.isUsableAt(now) && providers.has(method.provider())) {
        methods.computeIfAbsent(method.customerId(), id -> new ArrayList<>()).add(method);
      }
    }
    return methods;
  }

  private List<Card> cards(List<PaymentMethod> methods, Currency currency) {
    List<Card> cards = new ArrayList<>();
    for (PaymentMethod method : methods) {
      PaymentProvider provider = providers.get(method.provider());
      if (provider.supports(currency)) {
        cards.add(new Card(method.id(), provider.minimumCharge(currency)));
      }
    }
    return cards;
  }

  /** One transfer an invoice, whatever it is paid from. */
  private void fromWallet(
      Owner owner, SettlementPlan plan, List<Transfer> transfers, List<InvoicePayment> paid) {
    Map<UUID, List<Part>> byInvoice = new LinkedHashMap<>();
    for (Part part : plan.parts()) {
      if (part.source() != PaymentSource.CARD) {
        byInvoice.computeIfAbsent(part.invoiceId(), id -> new ArrayList<>()).add(part);
      }
    }
    byInvoice.forEach(
        (invoiceId, parts) -> {
          Transfer.Builder transfer =
              Transfer.builder(ids.next(), "settlement").meta("invoice", invoiceId.toString());
          Amount sum = Amount.zero(owner.currency());
          for (Part part : parts) {
            transfer.debit(
                part.source() == PaymentSource.VOUCHER
                    ? Accounts.voucher(owner.customerId(), owner.currency())
                    : Accounts.cash(owner.customerId(), owner.currency()),
                part.amount());
            sum = sum.plus(part.amount());
            paid.add(
                new InvoicePayment(owner.customerId(), invoiceId, part.amount(), part.source()));
          }
          transfer.credit(Accounts.receivable(owner.customerId(), owner.currency()), sum);
          transfers.add(transfer.build());
        });
  }

  private List<PaymentBook.NewPayment> charges(
      List<Candidate> candidates,
      SettlementPlan plan,
      List<PaymentMethod> methods,
      Presence presence) {
    List<PaymentBook.NewPayment> charges = new ArrayList<>();
    for (Part part : plan.parts()) {
      if (part.source() == PaymentSource.CARD) {
        Candidate candidate =
            candidates.stream()
                .filter(c -> c.invoice().id().equals(part.invoiceId()))
                .findFirst()
                .orElseThrow();
        PaymentMethod method =
            methods.stream().filter(m -> m.id().equals(part.methodId())).findFirst().orElseThrow();
        charges.add(
            new PaymentBook.NewPayment(
                candidate.owner().customerId(),
                ids.next(),
                part.invoiceId(),
                new PaymentBook.Means.Card(method, presence),
                part.amount(),
                "Invoice " + candidate.number()));
      }
    }
    return charges;
  }

  private void markTried(Handle handle, Scope scope) {
    handle
        .createUpdate(
            "update @.invoice set settle_tried_at = :now where customer_id = any(:customers)"
                + " and status = 'OPEN' and settle_tried_at is null"
                + " and (cast(:invoice as uuid) is null or id = cast(:invoice as uuid))")
        .bind("now", at(clock.instant()))
        .bind("invoice", scope.invoiceId())
        .bindArray("customers", UUID.class, scope.customerIds())
        .execute();
  }

  /** Takes the locks of customers, in the order of their ids. */
  void lock(Handle handle, Collection<UUID> customerIds) {
    handle
        .createQuery(
            "select customer_id from @.customer_state where customer_id = any(:customers)"
                + " order by customer_id for no key update")
        .bindArray("customers", UUID.class, customerIds)
        .mapTo(UUID.class)
        .list();
  }

  /**
   * Locks customers with invoices that nobody tried to settle yet, passing over busy ones.
   *
   * @param postponed customers who are left alone
   */
  List<UUID> claimUntried(Handle handle, Collection<UUID> postponed, int limit) {
    return handle
        .createQuery(
            "select s.customer_id from @.customer_state s where s.customer_id in ("
                + " select i.customer_id from @.invoice i where i.status = 'OPEN'"
                + "  and i.settle_tried_at is null and i.customer_id <> all(:postponed)"
                + "  order by i.issued_at limit :limit)"
                + " order by s.customer_id for no key update skip locked")
        .bindArray("postponed", UUID.class, postponed)
        .bind("limit", limit)
        .mapTo(UUID.class)
        .list();
  }

  /** The least that the customer's usable cards, or the one, can be charged; empty without any. */
  Optional<Amount> leastCharge(Handle handle, Invoice invoice, @Nullable UUID methodId) {
    UUID customerId = invoice.customerId();
    Map<UUID, List<PaymentMethod>> usable = methods(handle, List.of(customerId), policy, methodId);
    return cards(usable.getOrDefault(customerId, List.of()), invoice.currency()).stream()
        .map(Card::minimumCharge)
        .min(java.util.Comparator.naturalOrder());
  }

  /**
   * What a settlement would do for an invoice if the attempt that waits for its customer were
   * called off.
   *
   * @param open what is open of the invoice; null when it is not open any more
   * @param parts what would be paid of it, in the order of {@link SettlementPlan}
   */
  record Instead(@Nullable Amount open, List<Part> parts) {
    /** Whether nothing would stay open that nobody is asked for. */
    boolean isEnough() {
      return open == null
          || parts.stream().anyMatch(part -> part.source() == PaymentSource.CARD)
          || parts.stream().map(Part::amount).reduce(Amount::plus).filter(open::equals).isPresent();
    }
  }

  /** Looks what the scope would come to without the attempt; changes nothing. */
  Instead without(Handle handle, Scope scope, Payment waiting) {
    List<Candidate> candidates =
        candidates(handle, scope, waiting.id()).stream()
            .filter(c -> c.owner().currency().equals(waiting.amount().currency()))
            .toList();
    Optional<Amount> open =
        candidates.stream()
            .map(Candidate::invoice)
            .filter(invoice -> invoice.id().equals(waiting.invoiceId()))
            .map(OpenInvoice::open)
            .findFirst();
    if (open.isEmpty()) {
      return new Instead(null, List.of());
    }
    Owner owner = new Owner(waiting.customerId(), waiting.amount().currency());
    List<PaymentMethod> cards =
        methods(handle, scope.customerIds(), scope.policy(), scope.methodId())
            .getOrDefault(owner.customerId(), List.of());
    SettlementPlan plan = plan(owner, candidates, balances(List.of(owner)), cards, scope.policy());
    return new Instead(
        open.get(),
        plan.parts().stream().filter(p -> p.invoiceId().equals(waiting.invoiceId())).toList());
  }

  private static OffsetDateTime at(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}

package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.work.DueWork;
import java.util.List;

/** The services of this package, made to work together. Immutable. */
public final class PaymentServices {
  private final Wallets wallets;
  private final Settlement settlement;
  private final PaymentMethods methods;
  private final TopUps topUps;
  private final Payments payments;
  private final DeployGate deployGate;
  private final Refunds refunds;
  private final Reconciliation reconciliation;
  private final WalletRules rules;
  private final ExternalPayments external;
  private final Payouts payouts;
  private final AccountClosing closing;
  private final WalletHolds holds;
  private final List<DueWork> dueWork;

  private PaymentServices(
      PaymentCore core, Providers providers, RunningServices running, Parts parts) {
    this.wallets = new Wallets(core);
    this.settlement = parts.settlement();
    MethodDetaching detaching = new MethodDetaching(core, providers);
    this.methods = new PaymentMethods(core, providers, settlement, running, detaching);
    this.topUps = new TopUps(core, providers, parts.book(), parts.runner());
    this.refunds = new Refunds(core, providers, parts.book(), settlement);
    this.reconciliation = new Reconciliation(core, providers);
    this.rules = new WalletRules(core, providers, parts.book());
    PayoutTransfers transfers = new PayoutTransfers(core, providers, settlement);
    this.payments =
        new Payments(
            core,
            providers,
            parts.book(),
            new Payments.Charging(
                parts.outcomes(),
                parts.runner(),
                new Payments.Outgoing(refunds, transfers),
                new Disputes(core, parts.book(), parts.pass())),
            methods);
    this.external = new ExternalPayments(core, providers, settlement);
    this.payouts = new Payouts(core, providers, settlement, transfers);
    this.closing =
        new AccountClosing(
            core, providers, parts.book(), new AccountClosing.Outgoing(refunds, payouts), running);
    this.holds = new WalletHolds(core, settlement);
    this.deployGate = new DeployGate(core, wallets, running);
    this.dueWork =
        List.of(
            settlement.dueWork(),
            parts.runner(),
            refunds,
            transfers,
            new CardExpiry(core),
            detaching);
  }

  private record Parts(
      PaymentBook book,
      SettlementPass pass,
      ChargeOutcomes outcomes,
      ChargeRunner runner,
      Settlement settlement) {}

  /**
   * Makes the services.
   *
   * @param listeners hear when customers' money changed; the list may grow until the first use
   */
  public static PaymentServices of(
      PaymentCore core,
      Providers providers,
      SettlementPolicy policy,
      RunningServices running,
      List<MoneyListener> listeners) {
    PaymentBook book = new PaymentBook(core.db(), core.clock());
    MethodBook methodBook = new MethodBook(core.db(), core.events());
    SettlementPass pass = new SettlementPass(core, providers, book, listeners, policy);
    ChargeOutcomes outcomes = new ChargeOutcomes(core, book, methodBook, pass);
    ChargeRunner runner = new ChargeRunner(core, providers, book, outcomes);
    Settlement settlement = new Settlement(core, providers, book, pass, runner, policy);
    return new PaymentServices(
        core, providers, running, new Parts(book, pass, outcomes, runner, settlement));
  }

  public Wallets wallets() {
    return wallets;
  }

  public Settlement settlement() {
    return settlement;
  }

  public PaymentMethods methods() {
    return methods;
  }

  public TopUps topUps() {
    return topUps;
  }

  public Payments payments() {
    return payments;
  }

  public DeployGate deployGate() {
    return deployGate;
  }

  public Refunds refunds() {
    return refunds;
  }

  public Reconciliation reconciliation() {
    return reconciliation;
  }

  public ExternalPayments external() {
    return external;
  }

  public Payouts payouts() {
    return payouts;
  }

  public AccountClosing closing() {
    return closing;
  }

  public WalletHolds holds() {
    return holds;
  }

  /** Wants to be among the listeners. */
  public WalletRules walletRules() {
    return rules;
  }

  /** What falls due: settling what was issued, then looking after attempts. */
  public List<DueWork> dueWork() {
    return dueWork;
  }
}

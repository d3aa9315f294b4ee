package dev.innkeeper.server.pages;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.ledger.LedgerEntry;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.payment.PaymentMethod;
import dev.innkeeper.billing.payment.Wallet;
import dev.innkeeper.billing.payment.WalletRule;
import dev.innkeeper.billing.payment.Wallets.Pocket;
import dev.innkeeper.server.runtime.Services;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/** A wallet as pages show it. */
final class WalletView {
  private static final int MOVEMENTS_MAX = 25;

  /** What the ledger calls a movement, and what people do. */
  private static final Map<String, String> WORDS =
      Map.of(
          "top-up", "Top-up",
          "voucher-redeemed", "Voucher redeemed",
          "invoice", "Invoice issued",
          "settlement", "Paid an invoice",
          "card-payment", "Paid by card",
          "external-payment", "Bank transfer",
          "prepaid-draw", "Used by services",
          "payout", "Paid out");

  private final Services services;

  private record Line(LedgerEntry entry, Pocket pocket) {}

  WalletView(Services services) {
    this.services = services;
  }

  View.Wallet of(UUID customerId) {
    BillingEngine engine = services.engine();
    Customer customer = engine.customers().get(customerId);
    Wallet wallet = engine.wallets().of(customerId);
    return new View.Wallet(
        customer.currency().code(),
        Show.amount(wallet.cash()),
        Show.amount(wallet.voucher()),
        Show.amount(wallet.owed()),
        wallet.owed().isPositive(),
        services.shop().refusal(customerId).orElse(null),
        engine.sandbox().isPresent(),
        cards(customerId),
        movements(customerId, customer.calendar().zone()),
        UUID.randomUUID().toString());
  }

  /** What the wallet's own page shows beyond the balances. */
  MoneyView.WalletExtras extras(UUID customerId) {
    BillingEngine engine = services.engine();
    Customer customer = engine.customers().get(customerId);
    ZoneId zone = customer.calendar().zone();
    Wallet wallet = engine.wallets().of(customerId);
    MoneyRows rows = new MoneyRows(engine);
    List<View.Choice> cards = new ArrayList<>();
    cards.add(new View.Choice("", "the first card"));
    cards(customerId).forEach(card -> cards.add(new View.Choice(card.id(), card.name())));
    return new MoneyView.WalletExtras(
        WalletChart.of(engine, customerId, customer.currency(), zone),
        wallet.held().isPositive() ? Show.amount(wallet.held()) : null,
        engine.coupons().redemptions(customerId).stream()
            .map(redemption -> MoneyRows.redeemed(redemption, zone))
            .toList(),
        engine.voucherRequests().list(customerId).stream()
            .map(wish -> rows.wish(wish, Map.of()))
            .toList(),
        engine.walletRules().of(customerId).map(WalletView::rule).orElse(null),
        cards,
        UUID.randomUUID().toString());
  }

  private static String rule(WalletRule rule) {
    Amount topUp = rule.topUp();
    return "Below "
        + Show.amount(rule.threshold())
        + " you are told"
        + (topUp == null ? "." : ", and " + Show.amount(topUp) + " are taken from your card.");
  }

  List<View.Card> cards(UUID customerId) {
    List<View.Card> cards = new ArrayList<>();
    for (PaymentMethod method : services.engine().paymentMethods().list(customerId)) {
      boolean first = cards.isEmpty();
      View.Badge badge = first ? new View.Badge("good", "Used first") : null;
      if (!method.isUsableAt(services.engine().now())) {
        badge =
            new View.Badge(
                "bad",
                method.disabledCode() == null ? "Expired" : Show.words(method.disabledCode()));
      }
      cards.add(
          new View.Card(
              method.id().toString(),
              Show.words(method.label()),
              String.format(
                  Locale.ROOT,
                  "%02d/%d",
                  method.expiry().getMonthValue(),
                  method.expiry().getYear()),
              first,
              badge));
    }
    return cards;
  }

  private List<View.Movement> movements(UUID customerId, ZoneId zone) {
    List<Line> lines = new ArrayList<>();
    for (Pocket pocket : Pocket.values()) {
      services
          .engine()
          .wallets()
          .history(customerId, pocket, null, MOVEMENTS_MAX)
          .entries()
          .forEach(entry -> lines.add(new Line(entry, pocket)));
    }
    lines.sort(Comparator.comparing((Line line) -> line.entry().recordedAt()).reversed());
    return lines.stream().limit(MOVEMENTS_MAX).map(line -> movement(line, zone)).toList();
  }

  private static View.Movement movement(Line line, ZoneId zone) {
    LedgerEntry entry = line.entry();
    return new View.Movement(
        Show.minute(entry.effectiveAt(), zone),
        WORDS.getOrDefault(entry.kind(), Show.words(entry.kind().replace('.', ' '))),
        switch (line.pocket()) {
          case CASH -> "Cash";
          case VOUCHER -> "Voucher";
          case OWED -> "Owed";
        },
        (entry.amount().isPositive() ? "+" : "") + Show.amount(entry.amount()),
        entry.amount().isPositive() && line.pocket() != Pocket.OWED,
        Show.amount(entry.balanceAfter()));
  }
}

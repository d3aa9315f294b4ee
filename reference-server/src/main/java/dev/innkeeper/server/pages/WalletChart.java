package dev.innkeeper.server.pages;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.dunning.Outlook;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Draws a wallet's last month, and how it will go on if nothing changes. */
final class WalletChart {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 160;
  private static final Duration SPAN = Duration.ofDays(30);
  private static final int PAST_POINTS = 15;

  private WalletChart() {}

  static MoneyView.Chart of(BillingEngine engine, UUID customerId, Currency currency, ZoneId zone) {
    Instant now = engine.now();
    List<Outlook.Point> past = past(engine, customerId, currency, now);
    Outlook outlook = engine.runways().outlook(customerId);
    long top = 0;
    for (Outlook.Point point : past) {
      top = Math.max(top, point.left().minorUnits());
    }
    for (Outlook.Point point : outlook.points()) {
      top = Math.max(top, point.left().minorUnits());
    }
    long most = Math.max(1, top);
    return new MoneyView.Chart(
        points(past, now, most),
        points(outlook.points(), now, most),
        Show.date(now.minus(SPAN), zone),
        "Today",
        Show.date(now.plus(SPAN), zone),
        Show.amount(Amount.ofMinor(top, currency)),
        top == 0 ? "Nothing is in it." : summary(outlook, now, zone));
  }

  private static List<Outlook.Point> past(
      BillingEngine engine, UUID customerId, Currency currency, Instant now) {
    List<Outlook.Point> points = new ArrayList<>();
    for (int i = 0; i <= PAST_POINTS; i++) {
      Instant at = now.minus(SPAN).plus(SPAN.multipliedBy(i).dividedBy(PAST_POINTS));
      Amount left =
          engine
              .ledger()
              .balanceAt(Accounts.cash(customerId, currency), at)
              .plus(engine.ledger().balanceAt(Accounts.voucher(customerId, currency), at));
      points.add(new Outlook.Point(at, left));
    }
    return points;
  }

  private static String points(List<Outlook.Point> points, Instant now, long most) {
    StringBuilder text = new StringBuilder();
    for (Outlook.Point point : points) {
      long x =
          WIDTH / 2
              + Duration.between(now, point.at()).toSeconds() * (WIDTH / 2) / SPAN.toSeconds();
      long y = HEIGHT - Math.multiplyExact(point.left().minorUnits(), (long) HEIGHT) / most;
      text.append(text.isEmpty() ? "" : " ").append(x).append(',').append(y);
    }
    return text.toString();
  }

  private static String summary(Outlook outlook, Instant now, ZoneId zone) {
    Instant depletesAt = outlook.depletesAt();
    if (depletesAt == null) {
      return "If nothing changes, it will not be used up within the next weeks.";
    }
    return depletesAt.isAfter(now)
        ? "If nothing changes, it will be used up on " + Show.date(depletesAt, zone) + "."
        : "It is used up by what runs and is not invoiced yet.";
  }
}

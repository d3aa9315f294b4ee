package dev.innkeeper.stripe;

import com.stripe.model.BalanceTransaction;
import com.stripe.model.BalanceTransactionSource;
import com.stripe.model.Charge;
import com.stripe.model.StripeCollection;
import com.stripe.param.BalanceTransactionListParams;
import dev.innkeeper.billing.payment.spi.ProviderMovement;
import dev.innkeeper.billing.payment.spi.ProviderMovement.Kind;
import dev.innkeeper.billing.time.Interval;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Stripe's books: every balance transaction, its fee apart. */
final class Movements {
  private static final int PAGES_MAX = 1_000;

  private final StripeCalls calls;
  private final Ages ages;

  Movements(StripeCalls calls, Ages ages) {
    this.calls = calls;
    this.ages = ages;
  }

  /**
   * @throws IllegalStateException when Stripe can't be asked, or tells of more than 100,000
   */
  List<ProviderMovement> in(Interval time) {
    List<ProviderMovement> movements = new ArrayList<>();
    String after = null;
    for (int page = 0; page < PAGES_MAX; page++) {
      BalanceTransactionListParams.Builder params =
          BalanceTransactionListParams.builder()
              .setLimit(100L)
              .addExpand("data.source")
              .setCreated(
                  BalanceTransactionListParams.Created.builder()
                      .setGte(seconds(time.from()))
                      .setLt(seconds(time.to()))
                      .build());
      if (after != null) {
        params.setStartingAfter(after);
      }
      Reply<StripeCollection<BalanceTransaction>> reply =
          calls.ask(
              ages.deadline(),
              (stripe, options) -> stripe.balanceTransactions().list(params.build(), options));
      if (!(reply instanceof Reply.Done<StripeCollection<BalanceTransaction>> done)
          || done.value().getData() == null) {
        throw new IllegalStateException("Stripe's books can't be read: " + Charges.detail(reply));
      }
      List<BalanceTransaction> booked = done.value().getData();
      booked.forEach(transaction -> add(movements, transaction));
      if (!Boolean.TRUE.equals(done.value().getHasMore()) || booked.isEmpty()) {
        return List.copyOf(movements);
      }
      after = booked.get(booked.size() - 1).getId();
    }
    throw new IllegalStateException("more than 100,000 movements: ask for a shorter time");
  }

  private static void add(List<ProviderMovement> movements, BalanceTransaction booked) {
    Instant at = Instant.ofEpochSecond(booked.getCreated());
    String reference = reference(booked);
    if (booked.getAmount() != 0) {
      movements.add(
          new ProviderMovement(
              kind(booked),
              reference,
              StripeCurrencies.amount(booked.getAmount(), booked.getCurrency()),
              at));
    }
    if (booked.getFee() != 0) {
      movements.add(
          new ProviderMovement(
              Kind.FEE,
              reference,
              StripeCurrencies.amount(-booked.getFee(), booked.getCurrency()),
              at));
    }
  }

  /** A charge goes by its PaymentIntent's name, as everywhere in the engine. */
  private static String reference(BalanceTransaction booked) {
    BalanceTransactionSource source = booked.getSourceObject();
    if (source instanceof Charge charge && charge.getPaymentIntent() != null) {
      return charge.getPaymentIntent();
    }
    return booked.getSource() == null ? booked.getId() : booked.getSource();
  }

  private static Kind kind(BalanceTransaction booked) {
    String source = String.valueOf(booked.getSource());
    return switch (String.valueOf(booked.getType())) {
      case "charge", "payment" -> Kind.CHARGE;
      case "refund",
          "payment_refund",
          "refund_failure",
          "payment_failure_refund",
          "payment_reversal" ->
          Kind.REFUND;
      case "transfer", "transfer_refund", "transfer_cancel", "transfer_failure" -> Kind.TRANSFER;
      case "stripe_fee", "stripe_fx_fee", "tax_fee", "network_cost" -> Kind.FEE;
      case "adjustment" ->
          source.startsWith("dp_") || source.startsWith("du_") ? Kind.DISPUTE : Kind.OTHER;
      default -> Kind.OTHER;
    };
  }

  private static long seconds(Instant instant) {
    return instant.getEpochSecond();
  }
}

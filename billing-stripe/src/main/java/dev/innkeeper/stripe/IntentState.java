package dev.innkeeper.stripe;

import com.stripe.model.BalanceTransaction;
import com.stripe.model.Charge;
import com.stripe.model.PaymentIntent;
import com.stripe.model.StripeError;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.payment.spi.ChargeResult;
import dev.innkeeper.billing.payment.spi.PaymentProvider.Mode;
import dev.innkeeper.billing.problem.InvalidInput;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a PaymentIntent says of the attempt it was made for. */
sealed interface IntentState {
  String ATTEMPT = "innkeeper_attempt";

  /** Marks what is paid on a page, where one card's decline is not the end. */
  String PAGE = "innkeeper_page";

  /** The engine can be told. */
  record Told(ChargeResult result) implements IntentState {}

  /** It was made and never confirmed: no money can have moved. */
  record NotBegun() implements IntentState {}

  /** The bank wants the customer, who was not there when it was confirmed. */
  record NeedsCustomer() implements IntentState {}

  static IntentState of(PaymentIntent intent, Mode mode) {
    String id = intent.getId();
    if (id == null || intent.getStatus() == null) {
      return unknown(id, "an answer without id or status");
    }
    if (Boolean.TRUE.equals(intent.getLivemode()) != (mode == Mode.LIVE)) {
      return unknown(id, "it belongs to the other mode");
    }
    return switch (intent.getStatus()) {
      case "succeeded" -> succeeded(intent);
      case "canceled" -> new Told(Declines.soft(id, "cancelled"));
      case "requires_action" -> asks(intent);
      case "requires_confirmation" -> new NotBegun();
      case "requires_payment_method" -> failed(intent);
      default -> unknown(id, "it is " + intent.getStatus());
    };
  }

  private static IntentState succeeded(PaymentIntent intent) {
    try {
      Amount taken = StripeCurrencies.amount(intent.getAmountReceived(), intent.getCurrency());
      return new Told(new ChargeResult.Succeeded(intent.getId(), taken, fee(intent, taken)));
    } catch (ArithmeticException | InvalidInput | NullPointerException e) {
      return unknown(intent.getId(), "it took an amount that can't be read");
    }
  }

  /** The fee where it is known, and of the charge's currency. */
  private static @Nullable Amount fee(PaymentIntent intent, Amount taken) {
    Charge charge = intent.getLatestChargeObject();
    BalanceTransaction booked = charge == null ? null : charge.getBalanceTransactionObject();
    if (booked == null || booked.getFee() == null || booked.getCurrency() == null) {
      return null;
    }
    Amount fee = StripeCurrencies.amount(booked.getFee(), booked.getCurrency());
    return fee.currency().equals(taken.currency()) ? fee : null;
  }

  private static IntentState asks(PaymentIntent intent) {
    PaymentIntent.NextAction action = intent.getNextAction();
    if (action == null
        || action.getRedirectToUrl() == null
        || action.getRedirectToUrl().getUrl() == null) {
      return unknown(intent.getId(), "it wants an action that has no address");
    }
    return new Told(
        new ChargeResult.ActionRequired(intent.getId(), action.getRedirectToUrl().getUrl()));
  }

  private static IntentState failed(PaymentIntent intent) {
    StripeError error = intent.getLastPaymentError();
    if (error == null) {
      return new NotBegun();
    }
    return Declines.asksCustomer(error)
        ? new NeedsCustomer()
        : new Told(Declines.of(intent.getId(), error));
  }

  static Told unknown(@Nullable String reference, String detail) {
    return new Told(new ChargeResult.Unknown(reference, detail));
  }

  /** The attempt an object was made for; null when it was not made by the engine. */
  static @Nullable UUID attemptOf(java.util.@Nullable Map<String, String> metadata) {
    return id(metadata, ATTEMPT);
  }

  static @Nullable UUID id(java.util.@Nullable Map<String, String> metadata, String name) {
    String text = metadata == null ? null : metadata.get(name);
    try {
      return text == null ? null : UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}

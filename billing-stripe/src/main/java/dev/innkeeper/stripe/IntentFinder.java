package dev.innkeeper.stripe;

import com.stripe.model.PaymentIntent;
import com.stripe.model.StripeCollection;
import com.stripe.param.PaymentIntentListParams;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Finds a PaymentIntent by the attempt it was made for, in lists, which don't lag as search does.
 */
final class IntentFinder {
  private static final int PAGES_MAX = 10;
  private static final long PAGE = 100;

  private final StripeCalls calls;

  IntentFinder(StripeCalls calls) {
    this.calls = calls;
  }

  /** The attempt's PaymentIntent, that which got furthest when there are several; or none. */
  Reply<Optional<PaymentIntent>> find(
      UUID attemptId, @Nullable String customer, Deadline deadline) {
    PaymentIntent best = null;
    String after = null;
    for (int page = 0; page < PAGES_MAX; page++) {
      PaymentIntentListParams.Builder params =
          PaymentIntentListParams.builder()
              .setLimit(PAGE)
              .addExpand("data.latest_charge.balance_transaction");
      if (customer != null) {
        params.setCustomer(customer);
      }
      if (after != null) {
        params.setStartingAfter(after);
      }
      Reply<StripeCollection<PaymentIntent>> reply =
          calls.ask(
              deadline, (stripe, options) -> stripe.paymentIntents().list(params.build(), options));
      if (!(reply instanceof Reply.Done<StripeCollection<PaymentIntent>> done)
          || done.value().getData() == null) {
        return new Reply.Unclear<>(Charges.detail(reply), false);
      }
      List<PaymentIntent> intents = done.value().getData();
      for (PaymentIntent intent : intents) {
        if (attemptId.equals(IntentState.attemptOf(intent.getMetadata()))
            && (best == null || progress(intent) > progress(best))) {
          best = intent;
        }
      }
      if (!Boolean.TRUE.equals(done.value().getHasMore()) || intents.isEmpty()) {
        return new Reply.Done<>(Optional.ofNullable(best));
      }
      after = intents.get(intents.size() - 1).getId();
    }
    return best == null
        ? new Reply.Unclear<>("too many PaymentIntents to look through", false)
        : new Reply.Done<>(Optional.of(best));
  }

  private static int progress(PaymentIntent intent) {
    return switch (String.valueOf(intent.getStatus())) {
      case "succeeded" -> 5;
      case "processing", "requires_capture" -> 4;
      case "requires_action" -> 3;
      case "requires_payment_method" -> 2;
      case "requires_confirmation" -> 1;
      default -> 0;
    };
  }
}

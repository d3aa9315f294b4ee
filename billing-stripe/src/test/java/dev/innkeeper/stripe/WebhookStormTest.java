package dev.innkeeper.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.Payment;
import dev.innkeeper.billing.payment.PaymentState;
import dev.innkeeper.billing.payment.WebhookReceipt;
import dev.innkeeper.billing.payment.contract.PaymentWorld;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Stripe sends everything many times and in any order: each event takes effect once. */
class WebhookStormTest {
  private static final Amount TEN = StripeEngine.eur("10.00");
  private static final int THREADS = 4;

  @Test
  void thousandsOfWebhooksDuplicatedAndShuffledHaveOneEffectEach() throws Exception {
    storm(40, 4_000);
  }

  @Test
  @Tag("long")
  void aHundredThousandWebhooksDuplicatedAndShuffledHaveOneEffectEach() throws Exception {
    storm(400, 100_000);
  }

  /** Half of the charges lose their answers, so that their webhooks are the first to tell. */
  private static void storm(int charges, int deliveries) throws Exception {
    long seed = Long.getLong("seed", 20260301);
    try (StripeEngine shop = new StripeEngine()) {
      UUID ada = shop.customerWith(DoubleCard.GOOD);
      List<UUID> payments = new ArrayList<>();
      for (int i = 0; i < charges; i++) {
        if (i % 2 == 0) {
          shop.world.stripe.failNext("POST .*/confirm", Fault.RESET_AFTER);
          shop.world.stripe.failNext("GET .*", Fault.ERROR_BEFORE);
        }
        payments.add(shop.topUp(ada, TEN).id());
        shop.world.stripe.forgetFaults();
      }
      List<PaymentWorld.Webhook> webhooks = shop.world.takeWebhooks();
      List<PaymentWorld.Webhook> many = new ArrayList<>();
      for (int i = 0; i < deliveries; i++) {
        many.add(webhooks.get(i % webhooks.size()));
      }
      Collections.shuffle(many, new Random(seed));
      assertThat(deliver(shop, many)).as("seed " + seed).isEqualTo(webhooks.size());
      for (UUID id : payments) {
        Payment payment = shop.engine.payments().get(ada, id);
        assertThat(payment.state()).isEqualTo(PaymentState.SUCCEEDED);
        assertThat(shop.world.chargesOf(id)).isOne();
      }
      assertThat(shop.engine.wallets().of(ada).cash())
          .isEqualTo(Amount.ofMinor(TEN.minorUnits() * charges, Currency.EUR));
      shop.assertTruth();
    }
  }

  /** Brings them by several threads; gives how many took effect. */
  private static int deliver(StripeEngine shop, List<PaymentWorld.Webhook> many)
      throws InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<Integer>> parts = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        int first = thread;
        parts.add(
            threads.submit(
                () -> {
                  int applied = 0;
                  for (int i = first; i < many.size(); i += THREADS) {
                    WebhookReceipt receipt = shop.receive(many.get(i));
                    applied += ((WebhookReceipt.Accepted) receipt).applied();
                  }
                  return applied;
                }));
      }
      int applied = 0;
      for (Future<Integer> part : parts) {
        applied += part.get();
      }
      return applied;
    } finally {
      threads.shutdownNow();
    }
  }
}

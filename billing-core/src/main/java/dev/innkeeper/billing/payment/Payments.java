package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.payment.spi.ProviderFinding;
import dev.innkeeper.billing.payment.spi.ProviderNotice;
import dev.innkeeper.billing.payment.spi.WebhookResult;
import dev.innkeeper.billing.problem.NotFound;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds attempts to charge cards, and takes what providers tell of them. Thread-safe. */
public final class Payments {
  /** Longer webhooks are refused unread. */
  public static final int WEBHOOK_BYTES_MAX = 256 * 1024;

  private static final int PAGE_MAX = 200;
  private static final Logger LOG = LoggerFactory.getLogger(Payments.class);

  private final Database db;
  private final Clock clock;
  private final Providers providers;
  private final PaymentBook book;
  private final ChargeOutcomes outcomes;
  private final ChargeRunner runner;
  private final Outgoing outgoing;
  private final Disputes disputes;
  private final PaymentMethods methods;

  Payments(
      PaymentCore core,
      Providers providers,
      PaymentBook book,
      Charging charging,
      PaymentMethods methods) {
    this.db = core.db();
    this.clock = core.clock();
    this.providers = providers;
    this.book = book;
    this.outcomes = charging.outcomes();
    this.runner = charging.runner();
    this.outgoing = charging.outgoing();
    this.disputes = charging.disputes();
    this.methods = methods;
  }

  /** Those who book and those who ask. */
  record Charging(
      ChargeOutcomes outcomes, ChargeRunner runner, Outgoing outgoing, Disputes disputes) {}

  /** Those who send money out. */
  record Outgoing(Refunds refunds, PayoutTransfers transfers) {}

  /**
   * @throws NotFound when the customer has no such payment
   */
  public Payment get(UUID customerId, UUID paymentId) {
    return book.find(customerId, paymentId)
        .orElseThrow(() -> new NotFound("payment", paymentId.toString()));
  }

  /**
   * The customer's payments, newest first.
   *
   * @param before the last id of the page before; null for the first page
   * @param limit at most 200
   */
  public List<Payment> list(UUID customerId, @Nullable UUID before, int limit) {
    return book.list(customerId, before, Math.min(limit, PAGE_MAX));
  }

  /**
   * Everybody's payments, newest first.
   *
   * @param state only those; null for all
   * @param before the last id of the page before; null for the first page
   * @param limit at most 200
   */
  public List<Payment> search(@Nullable PaymentState state, @Nullable UUID before, int limit) {
    return book.search(state, before, Math.min(limit, PAGE_MAX));
  }

  /** Payments that have not ended, of all customers, those that wait longest first; at most 200. */
  public List<Payment> waiting(Collection<PaymentState> states, int limit) {
    return book.waiting(states, Math.min(limit, PAGE_MAX));
  }

  /**
   * Asks the provider now what became of a payment that has not ended, such as after the customer
   * answered the bank. A payment for which the provider is being asked at this moment is given as
   * it is, and so is one that waits for the customer when the provider can't be reached.
   *
   * @throws NotFound when the customer has no such payment
   */
  public Payment refresh(UUID customerId, UUID paymentId) {
    get(customerId, paymentId);
    return runner.refresh(customerId, paymentId);
  }

  /** The codes of the providers there are. */
  public List<String> providers() {
    return providers.codes();
  }

  /** What the providers there are say of themselves. */
  public List<ProviderProfile> profiles() {
    return providers.profiles();
  }

  /**
   * Has a provider check its keys, webhooks and whatever else can be set up wrong; changes nothing.
   *
   * @throws dev.innkeeper.billing.problem.InvalidInput when there is no such provider
   */
  public List<ProviderFinding> diagnose(String provider) {
    db.requireNoTransaction();
    return providers.get(provider).diagnose();
  }

  /**
   * Takes a webhook: checks it, and applies what is new in it, once.
   *
   * @param headers as they came, names in any case
   * @param rawBody the bytes as they came
   * @throws dev.innkeeper.billing.problem.InvalidInput when there is no such provider
   */
  public WebhookReceipt receiveWebhook(
      String provider, Map<String, String> headers, byte[] rawBody) {
    db.requireNoTransaction();
    if (rawBody.length > WEBHOOK_BYTES_MAX) {
      return new WebhookReceipt.Rejected("the body is larger than " + WEBHOOK_BYTES_MAX + " bytes");
    }
    Map<String, String> lowerCase = new TreeMap<>();
    headers.forEach((name, value) -> lowerCase.put(name.toLowerCase(Locale.ROOT), value));
    WebhookResult result;
    try {
      result = providers.get(provider).parseWebhook(lowerCase, rawBody);
    } catch (dev.innkeeper.billing.problem.InvalidInput e) {
      throw e;
    } catch (RuntimeException e) {
      LOG.warn("provider {} can't read a webhook", provider, e);
      return new WebhookReceipt.Rejected("the webhook can't be read");
    }
    if (result instanceof WebhookResult.Rejected rejected) {
      return new WebhookReceipt.Rejected(rejected.reason());
    }
    int applied = 0;
    for (ProviderNotice notice : ((WebhookResult.Accepted) result).notices()) {
      List<Recorded> recorded = new ArrayList<>();
      if (apply(provider, notice, recorded)) {
        applied++;
      }
      runner.run(recorded);
      if (notice instanceof ProviderNotice.MethodAdded added) {
        methods.settleWith(provider, added.setUpId());
      }
    }
    return new WebhookReceipt.Accepted(applied);
  }

  /** True when the notice was new. */
  private boolean apply(String provider, ProviderNotice notice, List<Recorded> recorded) {
    return db.tx(
        handle -> {
          recorded.clear();
          boolean isNew =
              handle
                      .createUpdate(
                          "insert into @.provider_notice (provider, notice_id, received_at)"
                              + " values (:provider, :id, :now) on conflict do nothing")
                      .bind("provider", provider)
                      .bind("id", notice.noticeId())
                      .bind("now", clock.instant().atOffset(ZoneOffset.UTC))
                      .execute()
                  == 1;
          if (isNew) {
            recorded.addAll(dispatch(handle, provider, notice));
          }
          return isNew;
        });
  }

  private List<Recorded> dispatch(Handle handle, String provider, ProviderNotice notice) {
    if (notice instanceof ProviderNotice.ChargeChanged changed) {
      return book.findById(changed.attemptId())
          .filter(payment -> payment.provider().equals(provider))
          .map(payment -> outcomes.apply(payment.customerId(), payment.id(), changed.result()))
          .orElse(List.of());
    }
    if (notice instanceof ProviderNotice.DisputeChanged changed) {
      return disputes.apply(handle, provider, changed);
    }
    if (notice instanceof ProviderNotice.RefundChanged changed) {
      outgoing.refunds().apply(handle, provider, changed);
    } else if (notice instanceof ProviderNotice.TransferChanged changed) {
      outgoing.transfers().apply(handle, provider, changed);
    } else if (notice instanceof ProviderNotice.TransferReversed reversed) {
      outgoing.transfers().apply(handle, provider, reversed);
    } else if (notice instanceof ProviderNotice.MethodAdded added) {
      methods.completeSetUp(provider, added.setUpId(), added.details());
    } else if (notice instanceof ProviderNotice.MethodUpdated updated) {
      methods.updatedByProvider(provider, updated.details());
    } else if (notice instanceof ProviderNotice.MethodRemoved removed) {
      methods.removedByProvider(provider, removed.methodReference());
    }
    return List.of();
  }
}

package dev.innkeeper.billing.payment.spi;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.time.Interval;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.pf4j.ExtensionPoint;

/**
 * Moves money from and to the outside world.
 *
 * <p>The engine calls it outside any transaction, after what it is about to do is stored. Every
 * request carries an id of the engine's: the provider must have one effect for one id, however
 * often it is asked. Implementations are thread-safe, bound the time of every call (30 s at most),
 * and return what happened; an exception counts as {@code Unknown}.
 */
public interface PaymentProvider extends ExtensionPoint {
  /** What a provider may or may not be able to do. */
  enum Capability {
    /** Money can be sent back to the card it came from, in parts too. */
    REFUND,
    /** Money can be sent to third parties. */
    TRANSFER,
    /** Cards are added on a page of the provider's. */
    HOSTED_SET_UP,
    /** A charge that waits for its customer can be called off. */
    CANCEL,
    /** {@link #movements} tells what happened to the money. */
    MOVEMENTS
  }

  /** A short name, lower case, the same for ever: ledger accounts are named by it. */
  String code();

  Set<Capability> capabilities();

  /** Whether charges in the currency are possible. */
  boolean supports(Currency currency);

  /** The least that can be charged in the currency; positive. */
  Amount minimumCharge(Currency currency);

  /**
   * For how long a repeated request with the same id is sure to have one effect. After that the
   * engine only looks up, and never asks again for the same charge.
   */
  Duration idempotencyWindow();

  /** Takes a new card, or says where the customer can enter it. Verifies it where possible. */
  MethodSetUpResult setUpMethod(MethodSetUpRequest request);

  /**
   * Charges a method. {@code journal} is told the provider's own reference as soon as there is one,
   * before any money moves.
   */
  ChargeResult charge(ChargeRequest request, ChargeJournal journal);

  /**
   * What became of a charge. Returns {@link ChargeResult.Absent} only when the provider never heard
   * of it and no request for it can still be under way.
   */
  ChargeResult lookUp(ChargeRequest request);

  /**
   * Calls off a charge that waits for its customer; returns what the charge is then, which is a
   * success when the customer was faster.
   */
  ChargeResult cancel(ChargeRequest request);

  /** Sends money back to the card a charge took it from. */
  OutgoingResult refund(RefundRequest request);

  /** What became of a refund. */
  OutgoingResult lookUpRefund(RefundRequest request);

  /** Sends money to a third party. */
  OutgoingResult transfer(TransferRequest request);

  /** What became of a transfer. */
  OutgoingResult lookUpTransfer(TransferRequest request);

  /**
   * Reads what the provider sent, after it has checked that the provider sent it, and lately.
   *
   * @param headers names in lower case
   * @param rawBody the bytes as they came; at most 256 KiB
   */
  WebhookResult parseWebhook(Map<String, String> headers, byte[] rawBody);

  /** Every movement of money in the time, for reconciliation; empty without the capability. */
  List<ProviderMovement> movements(Interval time);
}

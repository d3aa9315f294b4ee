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
    /** Customers can pay on a page of the provider's, with a method entered there. */
    PAGE_CHARGE,
    /** Money sent to third parties can be taken back. */
    REVERSAL,
    /** A method can be let go of, so that nobody can charge it any more. */
    DETACH,
    /** {@link #movements} tells what happened to the money. */
    MOVEMENTS
  }

  /** Whether real money moves. */
  enum Mode {
    TEST,
    LIVE
  }

  /** A short name, lower case, the same for ever: ledger accounts are named by it. */
  String code();

  Set<Capability> capabilities();

  /** Whether real money moves; shown to operators, and the same for a provider's whole life. */
  default Mode mode() {
    return Mode.LIVE;
  }

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
   * What became of a card that was to be entered on the provider's page, for a customer who is back
   * sooner than the webhook: {@code Redirect} while the page waits.
   *
   * @param reference of the {@code Redirect}
   */
  default MethodSetUpResult lookUpSetUp(String reference) {
    throw new UnsupportedOperationException(code() + " has no page for cards");
  }

  /**
   * Lets go of a method that the engine will not charge any more. Done again it changes nothing: a
   * method that is gone already is {@link DetachResult.Detached}. Needs {@link Capability#DETACH}.
   */
  default DetachResult detachMethod(MethodReference method) {
    throw new UnsupportedOperationException(code() + " can't let go of methods");
  }

  /**
   * Charges a method. {@code journal} is told the provider's own reference as soon as there is one,
   * before any money moves.
   */
  ChargeResult charge(ChargeRequest request, ChargeJournal journal);

  /**
   * What became of a charge. Asks only, and changes nothing. Returns {@link ChargeResult.Absent}
   * only when no money moved and no request can still be under way.
   */
  ChargeResult lookUp(ChargeRequest request);

  /**
   * Calls off a charge that waits for its customer; returns what the charge is then, which is a
   * success when the customer was faster.
   */
  ChargeResult cancel(ChargeRequest request);

  /**
   * Opens a page of the provider's where the customer pays: {@code ActionRequired} with its
   * address. Needs {@link Capability#PAGE_CHARGE}, as do the two methods below.
   */
  default ChargeResult chargeOnPage(PageChargeRequest request, ChargeJournal journal) {
    throw new UnsupportedOperationException(code() + " has no page to pay on");
  }

  /** What became of a payment on a page, as {@link #lookUp} tells it of a charge. */
  default ChargeResult lookUpPage(PageChargeRequest request) {
    throw new UnsupportedOperationException(code() + " has no page to pay on");
  }

  /** Closes a page; returns what the charge is then, as {@link #cancel} does. */
  default ChargeResult cancelPage(PageChargeRequest request) {
    throw new UnsupportedOperationException(code() + " has no page to pay on");
  }

  /** Sends money back to the card a charge took it from. */
  OutgoingResult refund(RefundRequest request);

  /** What became of a refund. */
  OutgoingResult lookUpRefund(RefundRequest request);

  /** Sends money to a third party. */
  OutgoingResult transfer(TransferRequest request);

  /** What became of a transfer. */
  OutgoingResult lookUpTransfer(TransferRequest request);

  /** Takes money back from a third party; needs {@link Capability#REVERSAL}. */
  default OutgoingResult reverseTransfer(ReversalRequest request) {
    throw new UnsupportedOperationException(code() + " can't take transfers back");
  }

  /** What became of a reversal. */
  default OutgoingResult lookUpReversal(ReversalRequest request) {
    throw new UnsupportedOperationException(code() + " can't take transfers back");
  }

  /**
   * Reads what the provider sent, after it has checked that the provider sent it, and lately.
   *
   * @param headers names in lower case
   * @param rawBody the bytes as they came; at most 256 KiB
   */
  WebhookResult parseWebhook(Map<String, String> headers, byte[] rawBody);

  /** Every movement of money in the time, for reconciliation; empty without the capability. */
  List<ProviderMovement> movements(Interval time);

  /**
   * Checks keys, webhooks and whatever else can be set up wrong, by asking the provider. Changes
   * nothing. For operators, on demand.
   */
  default List<ProviderFinding> diagnose() {
    return List.of();
  }
}

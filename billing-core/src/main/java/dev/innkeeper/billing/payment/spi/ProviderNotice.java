package dev.innkeeper.billing.payment.spi;

import dev.innkeeper.billing.money.Amount;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One thing a provider told by itself. Notices come late, twice, and in any order. */
public sealed interface ProviderNotice {
  /** Unique among the provider's notices: a repeat has the same. */
  String noticeId();

  /** A charge is now what the result says. */
  record ChargeChanged(String noticeId, UUID attemptId, ChargeResult result)
      implements ProviderNotice {}

  /**
   * A refund is now what the result says.
   *
   * @param refundId the engine's id; null when it was made outside the engine
   * @param reference the provider's reference of the refund
   */
  record RefundChanged(
      String noticeId,
      @Nullable UUID refundId,
      String reference,
      String chargeReference,
      Amount amount,
      OutgoingResult result)
      implements ProviderNotice {}

  /**
   * A transfer is now what the result says.
   *
   * @param transferId the engine's id
   */
  record TransferChanged(String noticeId, UUID transferId, OutgoingResult result)
      implements ProviderNotice {}

  /**
   * Money that was sent to a third party, or a part of it, was taken back.
   *
   * @param transferId the engine's id of the transfer
   * @param transferReference the provider's reference of the transfer
   * @param reversalReference the provider's reference of this taking back
   */
  record TransferReversed(
      String noticeId,
      UUID transferId,
      String transferReference,
      String reversalReference,
      Amount amount)
      implements ProviderNotice {}

  /**
   * A customer disputes a charge with the bank.
   *
   * @param amount what the bank took back
   * @param fee what the provider asks for the trouble
   */
  record DisputeChanged(
      String noticeId,
      String disputeReference,
      String chargeReference,
      DisputeState state,
      Amount amount,
      Amount fee)
      implements ProviderNotice {}

  /** A card was entered on the provider's page. */
  record MethodAdded(String noticeId, UUID setUpId, MethodDetails details)
      implements ProviderNotice {}

  /**
   * The card's bank renewed it: the same method has another expiry, and maybe another number.
   *
   * @param details as they are now
   */
  record MethodUpdated(String noticeId, MethodDetails details) implements ProviderNotice {}

  /** A card is gone at the provider's. */
  record MethodRemoved(String noticeId, String methodReference) implements ProviderNotice {}

  /** Nothing the engine needs to know. */
  record Ignored(String noticeId) implements ProviderNotice {}

  /** Where a dispute stands. */
  enum DisputeState {
    /** The bank has taken the money back for now. */
    OPENED,
    /** The bank gave it back. */
    WON,
    /** The bank keeps it. */
    LOST
  }
}

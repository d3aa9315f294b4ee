package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.money.Amount;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Money that came another way than by a payment provider.
 *
 * @param amount above zero
 * @param channel where it arrived, such as {@code bank}: a lower-case word that names the ledger's
 *     account; not the code of a payment provider
 * @param reference what the bank calls the transfer, 1 to 200 characters; each once in a channel
 * @param invoiceId the invoice it is for, which it pays first; null to settle as the policy says
 * @param receivedAt when it arrived; not in the future
 */
public record NewExternalPayment(
    Amount amount, String channel, String reference, @Nullable UUID invoiceId, Instant receivedAt) {

  /** A bank transfer for nothing in particular. */
  public static NewExternalPayment bankTransfer(
      Amount amount, String reference, Instant receivedAt) {
    return new NewExternalPayment(amount, "bank", reference, null, receivedAt);
  }

  /** The same for an invoice. */
  public NewExternalPayment forInvoice(UUID newInvoiceId) {
    return new NewExternalPayment(amount, channel, reference, newInvoiceId, receivedAt);
  }
}

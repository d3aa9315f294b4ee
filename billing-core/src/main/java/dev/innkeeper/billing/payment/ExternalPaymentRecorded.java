package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import dev.innkeeper.billing.money.Amount;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Money came another way than by a payment provider, such as by bank transfer. */
@EventType("payment.external")
public record ExternalPaymentRecorded(
    UUID customerId,
    UUID externalPaymentId,
    String channel,
    String reference,
    Amount amount,
    @Nullable UUID invoiceId)
    implements BillingEvent {}

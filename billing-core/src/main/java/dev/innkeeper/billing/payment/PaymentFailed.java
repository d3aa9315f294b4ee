package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import dev.innkeeper.billing.money.Amount;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A method was charged in vain; {@code message} is for the customer. */
@EventType("payment.failed")
public record PaymentFailed(
    UUID customerId,
    UUID paymentId,
    @Nullable UUID invoiceId,
    String method,
    Amount amount,
    String code,
    String message)
    implements BillingEvent {}

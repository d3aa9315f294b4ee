package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import dev.innkeeper.billing.money.Amount;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A method was charged and the money is booked. {@code invoiceId} is null for a top-up. */
@EventType("payment.succeeded")
public record PaymentSucceeded(
    UUID customerId, UUID paymentId, @Nullable UUID invoiceId, String method, Amount amount)
    implements BillingEvent {}

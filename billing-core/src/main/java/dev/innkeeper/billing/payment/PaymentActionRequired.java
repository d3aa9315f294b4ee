package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import dev.innkeeper.billing.money.Amount;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The bank wants to hear from the customer, at the URL, before it lets a payment through. */
@EventType("payment.action-required")
public record PaymentActionRequired(
    UUID customerId, UUID paymentId, @Nullable UUID invoiceId, Amount amount, String actionUrl)
    implements BillingEvent {}

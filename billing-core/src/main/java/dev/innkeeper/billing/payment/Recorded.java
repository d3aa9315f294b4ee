package dev.innkeeper.billing.payment;

import java.util.UUID;

/** The key of an attempt that was recorded and waits for the provider to be asked. */
record Recorded(UUID customerId, UUID paymentId) {}

package dev.innkeeper.billing.invoice;

import java.time.Instant;
import java.util.UUID;

/** A customer the billing run leaves out, and why. */
public record ParkedCustomer(UUID customerId, String reason, Instant parkedAt) {}

package dev.innkeeper.billing.payment.spi;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A customer wants to add a card.
 *
 * @param setUpId one id, at most one method
 * @param customerReference the provider's name of the customer where it knows the customer already
 * @param token what the customer's browser got from the provider; null to be sent to a hosted page
 * @param returnUrl where the hosted page sends the customer back to
 */
public record MethodSetUpRequest(
    UUID setUpId,
    UUID customerId,
    @Nullable String customerReference,
    @Nullable String token,
    @Nullable String returnUrl) {}

package dev.innkeeper.billing.payment.spi;

import org.jspecify.annotations.Nullable;

/**
 * How the provider names a method and its owner.
 *
 * @param customerReference the provider's name of the customer; null where it has none
 */
public record MethodReference(String methodReference, @Nullable String customerReference) {}

package dev.innkeeper.billing.payment.spi;

/**
 * What the engine keeps of a card. Never its number.
 *
 * @param fingerprint the same for the same card, whoever adds it and however often
 * @param brand such as {@code visa}
 * @param last4 the last four digits
 * @param expiryMonth 1 to 12
 * @param expiryYear four digits
 */
public record MethodDetails(
    MethodReference reference,
    String fingerprint,
    String brand,
    String last4,
    int expiryMonth,
    int expiryYear) {}

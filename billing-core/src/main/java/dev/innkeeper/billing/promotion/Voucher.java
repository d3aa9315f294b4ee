package dev.innkeeper.billing.promotion;

/**
 * One code.
 *
 * @param code as it is printed, in groups
 */
public record Voucher(String code, int used, int usesMax, boolean disabled) {}

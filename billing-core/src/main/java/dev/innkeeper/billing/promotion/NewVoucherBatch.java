package dev.innkeeper.billing.promotion;

import dev.innkeeper.billing.money.Amount;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Vouchers to issue: start with {@link #of}, refine with the {@code with…} methods. Immutable;
 * checked when issued.
 *
 * @param name for people
 * @param amount the credit one use gives, positive
 * @param codes how many codes, 1 to 100,000
 * @param usesMax how often one code can be used, by all customers together
 * @param usesPerCustomerMax how often one customer can use one code
 * @param redeemUntil when codes stop working; null for never
 * @param creditDays after how many days unspent credit is gone; null for never
 */
public record NewVoucherBatch(
    String name,
    Amount amount,
    int codes,
    int usesMax,
    int usesPerCustomerMax,
    @Nullable Instant redeemUntil,
    @Nullable Integer creditDays) {

  /** Codes for one use each, without expiry. */
  public static NewVoucherBatch of(String name, Amount amount, int codes) {
    return new NewVoucherBatch(name, amount, codes, 1, 1, null, null);
  }

  public NewVoucherBatch withUses(int newUsesMax, int newUsesPerCustomerMax) {
    return new NewVoucherBatch(
        name, amount, codes, newUsesMax, newUsesPerCustomerMax, redeemUntil, creditDays);
  }

  public NewVoucherBatch withRedeemUntil(Instant newRedeemUntil) {
    return new NewVoucherBatch(
        name, amount, codes, usesMax, usesPerCustomerMax, newRedeemUntil, creditDays);
  }

  public NewVoucherBatch withCreditDays(int newCreditDays) {
    return new NewVoucherBatch(
        name, amount, codes, usesMax, usesPerCustomerMax, redeemUntil, newCreditDays);
  }
}

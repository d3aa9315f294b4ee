package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.money.Amount;
import java.util.UUID;

/**
 * What a customer has and owes, in one currency, at one moment.
 *
 * @param cash prepaid money, zero or more
 * @param voucher promotional credit, zero or more; never paid out
 * @param owed the sum of open invoices, zero or more
 * @param pending what cards are being charged for just now
 * @param held what of the cash is kept back for something; see {@link WalletHolds}
 */
public record Wallet(
    UUID customerId, Amount cash, Amount voucher, Amount owed, Amount pending, Amount held) {
  /** Cash and credit together, without what is held. */
  public Amount available() {
    return cash.minus(held).plus(voucher);
  }
}

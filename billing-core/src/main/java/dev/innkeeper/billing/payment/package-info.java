/**
 * Wallets, payment methods, top-ups and the settlement of invoices from voucher credit, cash and
 * cards. Start at {@code Settlement}, {@code TopUps} and {@code PaymentMethods}.
 */
@NullMarked
package dev.innkeeper.billing.payment;

import org.jspecify.annotations.NullMarked;

/** Vouchers, which give credit, and coupons, which make invoices smaller. */
@NullMarked
package dev.innkeeper.billing.promotion;

import org.jspecify.annotations.NullMarked;

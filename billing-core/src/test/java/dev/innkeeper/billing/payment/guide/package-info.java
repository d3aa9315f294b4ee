/** The provider of docs/write-a-payment-provider.md, held to the contract and to the page. */
@NullMarked
package dev.innkeeper.billing.payment.guide;

import org.jspecify.annotations.NullMarked;

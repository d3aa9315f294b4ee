/** Who pays: customers, their addresses, currency, zone and billing anchor. */
@NullMarked
package dev.innkeeper.billing.customer;

import org.jspecify.annotations.NullMarked;

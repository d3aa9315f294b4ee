/** What every payment provider has to hold, as tests to extend. */
package dev.innkeeper.billing.payment.contract;

package dev.innkeeper.stripe;

import dev.innkeeper.billing.payment.contract.PaymentProviderContract;
import dev.innkeeper.billing.payment.contract.PaymentWorld;

class StripeContractTest extends PaymentProviderContract {
  @Override
  protected PaymentWorld newWorld() {
    return new StripeWorld();
  }
}

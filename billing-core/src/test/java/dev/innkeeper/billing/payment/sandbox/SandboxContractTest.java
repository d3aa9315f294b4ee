package dev.innkeeper.billing.payment.sandbox;

import dev.innkeeper.billing.payment.contract.PaymentProviderContract;
import dev.innkeeper.billing.payment.contract.PaymentWorld;

class SandboxContractTest extends PaymentProviderContract {
  @Override
  protected PaymentWorld newWorld() {
    return new SandboxWorld();
  }
}

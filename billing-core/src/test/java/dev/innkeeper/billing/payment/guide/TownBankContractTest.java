package dev.innkeeper.billing.payment.guide;

// guide: test

import dev.innkeeper.billing.payment.contract.PaymentProviderContract;
import dev.innkeeper.billing.payment.contract.PaymentWorld;

class TownBankContractTest extends PaymentProviderContract {
  @Override
  protected PaymentWorld newWorld() {
    return new TownBankWorld();
  }
}
// end

package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.payment.spi.ChargeResult;
import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.testing.TestDatabase;
import java.util.Set;

/** The sandbox with pages to pay on, on which nobody pays. */
final class ProviderWithPages {
  static final PayPage PAGE = new PayPage("sandbox", "https://billing.example.org/");

  private ProviderWithPages() {}

  /** An engine beside the fixture's, over the same sandbox. */
  static BillingEngine engine(PaymentFixture f) {
    PaymentProvider pages =
        Interposed.on(
            PaymentProvider.class,
            (method, args) ->
                switch (method.getName()) {
                  case "capabilities" -> Set.of(PaymentProvider.Capability.PAGE_CHARGE);
                  case "chargeOnPage", "lookUpPage" ->
                      new ChargeResult.ActionRequired("page", "https://pay.example.org/");
                  case "cancelPage" -> new ChargeResult.Absent();
                  default -> Interposed.invoke(f.sandbox(), method, args);
                });
    return BillingEngine.builder()
        .dataSource(f.dataSource)
        .schema(TestDatabase.SCHEMA)
        .clock(f.clock)
        .paymentProvider(pages)
        .build();
  }
}

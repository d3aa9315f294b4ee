package dev.innkeeper.server.pages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.Payout;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MoneyRowsTest {
  private static MoneyView.PayoutRow row(Payout.State state, @Nullable String channel) {
    Payout payout =
        new Payout(
            new UUID(0, 1),
            new UUID(0, 2),
            Amount.parse("20.00", Currency.EUR),
            "Asked",
            state,
            channel,
            null,
            null,
            null,
            "admin",
            Instant.parse("2026-06-01T00:00:00Z"),
            null);
    return MoneyRows.payout(payout, Map.of());
  }

  @Test
  void whatAProviderIsSendingIsNotForPeopleToSend() {
    assertThat(row(Payout.State.SENDING, "stripe").sendingBy()).isEqualTo("stripe");
    assertThat(row(Payout.State.WAITING, null).sendingBy()).isEmpty();
  }
}

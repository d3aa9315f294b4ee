package dev.innkeeper.billing.payment.guide;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.contract.PaymentWorld;
import dev.innkeeper.billing.payment.spi.MethodReference;
import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.testing.MutableClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The bank, the cards and the wire to them, as the contract asks for. */
final class TownBankWorld implements PaymentWorld {
  private static final String SECRET = "a secret of the bank's";

  private final MutableClock clock = MutableClock.at("2027-01-01T00:00:00Z");
  private final TownBank bank = new TownBank();

  @Override
  public PaymentProvider open() {
    return new TownBankProvider(bank, SECRET, clock);
  }

  @Override
  public Instant now() {
    return clock.instant();
  }

  @Override
  public void advance(Duration duration) {
    clock.advance(duration);
  }

  @Override
  public MethodReference card(UUID customerId, Card card) {
    return new MethodReference(card.name().toLowerCase(java.util.Locale.ROOT), null);
  }

  @Override
  public void loseNextRequest() {
    bank.loseNextRequest();
  }

  @Override
  public void loseNextAnswer() {
    bank.loseNextAnswer();
  }

  @Override
  public void answerBank(String chargeReference, Answer answer) {
    bank.answer(chargeReference, answer == Answer.APPROVED);
  }

  @Override
  public int chargesOf(UUID attemptId) {
    return bank.find(attemptId).filter(o -> o.status() == TownBank.Status.TAKEN).isPresent()
        ? 1
        : 0;
  }

  @Override
  public Amount houseBalance() {
    return bank.total(Amount.zero(Currency.EUR));
  }

  @Override
  public String destination() {
    return "nobody";
  }

  @Override
  public List<Webhook> takeWebhooks() {
    return bank.orders().stream()
        .map(
            order -> {
              byte[] body = order.id().toString().getBytes(StandardCharsets.UTF_8);
              String time = String.valueOf(now().getEpochSecond());
              return new Webhook(
                  Map.of(
                      "bank-time",
                      time,
                      "bank-signature",
                      TownBankProvider.sign(SECRET, time, body)),
                  body);
            })
        .toList();
  }

  @Override
  public void close() {}
}

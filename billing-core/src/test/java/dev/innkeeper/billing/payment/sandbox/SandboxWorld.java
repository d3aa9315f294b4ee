package dev.innkeeper.billing.payment.sandbox;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.payment.contract.PaymentWorld;
import dev.innkeeper.billing.payment.spi.MethodReference;
import dev.innkeeper.billing.payment.spi.MethodSetUpRequest;
import dev.innkeeper.billing.payment.spi.MethodSetUpResult;
import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.payment.spi.ProviderMovement;
import dev.innkeeper.billing.testing.MutableClock;
import dev.innkeeper.billing.testing.TestDatabase;
import dev.innkeeper.billing.time.Interval;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** The sandbox is its own world. */
final class SandboxWorld implements PaymentWorld {
  private final Database db = TestDatabase.create();
  private final MutableClock clock = MutableClock.at("2026-03-01T12:00:00Z");
  private SandboxProvider sandbox = sandbox();

  private SandboxProvider sandbox() {
    return new SandboxProvider(db, clock, "secret");
  }

  @Override
  public PaymentProvider open() {
    sandbox = sandbox();
    return sandbox;
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
    String number =
        switch (card) {
          case GOOD, STOLEN -> "4242424242424242";
          case DECLINED -> "4000000000000341";
          case ASKS -> "4000002760003184";
        };
    if (card == Card.STOLEN) {
      sandbox.script(SandboxFault.HARD_DECLINE);
    }
    MethodSetUpRequest request =
        new MethodSetUpRequest(UUID.randomUUID(), customerId, null, number, null);
    return ((MethodSetUpResult.Ready) sandbox.setUpMethod(request)).details().reference();
  }

  @Override
  public void loseNextRequest() {
    sandbox.script(SandboxFault.TIMEOUT_BEFORE_CHARGE);
  }

  @Override
  public void loseNextAnswer() {
    sandbox.script(SandboxFault.TIMEOUT_AFTER_CHARGE);
  }

  @Override
  public void answerBank(String chargeReference, Answer answer) {
    sandbox.authenticate(
        chargeReference,
        answer == Answer.APPROVED
            ? SandboxProvider.Answer.APPROVED
            : SandboxProvider.Answer.REJECTED);
  }

  @Override
  public int chargesOf(UUID attemptId) {
    return (int)
        movements().stream()
            .filter(m -> m.kind() == ProviderMovement.Kind.CHARGE)
            .filter(m -> m.reference().endsWith(attemptId.toString()))
            .count();
  }

  @Override
  public Amount houseBalance() {
    Amount sum = Amount.zero(currency());
    for (ProviderMovement movement : movements()) {
      sum = sum.plus(movement.amount());
    }
    return sum;
  }

  private List<ProviderMovement> movements() {
    return sandbox.movements(new Interval(Instant.EPOCH, Instant.parse("2100-01-01T00:00:00Z")));
  }

  @Override
  public String destination() {
    return "partner";
  }

  @Override
  public List<Webhook> takeWebhooks() {
    return sandbox.takeWebhooks().stream().map(w -> new Webhook(w.headers(), w.body())).toList();
  }

  @Override
  public void close() {
    // The database goes with the JVM.
  }
}

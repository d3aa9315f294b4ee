package dev.innkeeper.billing.payment.contract;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.spi.MethodReference;
import dev.innkeeper.billing.payment.spi.PaymentProvider;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The outside world of a provider under test: the banks, the cards, and the wire to them. */
public interface PaymentWorld extends AutoCloseable {
  /** A provider on this world, as a new process would make it. May be called again. */
  PaymentProvider open();

  /** The time everybody here goes by. */
  Instant now();

  void advance(Duration duration);

  /** What the tests charge in. */
  default Currency currency() {
    return Currency.EUR;
  }

  /** Prepares a card of the customer's that is met by the next charge. */
  MethodReference card(UUID customerId, Card card);

  /** The next request that would change anything is lost before it arrives. */
  void loseNextRequest();

  /** The next charge is carried out, but its answer is lost. */
  void loseNextAnswer();

  /** The customer answers the bank about the charge. */
  void answerBank(String chargeReference, Answer answer);

  /** How many charges the world carried out for the attempt. */
  int chargesOf(UUID attemptId);

  /** What the house has in the world, in {@link #currency()}. */
  Amount houseBalance();

  /** A third party that money can be sent to. */
  String destination();

  /** Webhooks the world has sent since they were last taken, oldest first. */
  List<Webhook> takeWebhooks();

  @Override
  void close();

  /** How a card behaves when it is charged. */
  enum Card {
    GOOD,
    /** Declined for now. */
    DECLINED,
    /** Reported stolen. */
    STOLEN,
    /** Its bank wants to hear from the customer every time. */
    ASKS
  }

  /** What the customer tells the bank. */
  enum Answer {
    APPROVED,
    REJECTED
  }

  /**
   * A webhook as it came over the wire.
   *
   * @param headers names in lower case
   */
  @SuppressWarnings("ArrayRecordComponent") // raw bytes, as a provider gets them
  record Webhook(Map<String, String> headers, byte[] body) {}
}

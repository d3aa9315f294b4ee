package dev.innkeeper.billing.payment.guide;

import dev.innkeeper.billing.money.Amount;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The far side of the guide's provider: a bank with an API, which can lose a request or an answer.
 */
final class TownBank {
  /** Nobody answered, and nobody knows whether anybody heard. */
  static final class NoAnswer extends RuntimeException {
    NoAnswer() {
      super("no answer");
    }
  }

  /** Where an order stands. */
  enum Status {
    NOTED,
    ASKING,
    TAKEN,
    DECLINED
  }

  /** What the bank was asked to take, and what became of it. */
  record Order(String reference, UUID id, Amount amount, String card, Status status, String why) {
    Order with(Status next, String reason) {
      return new Order(reference, id, amount, card, next, reason);
    }
  }

  private final Map<String, Order> orders = new LinkedHashMap<>();
  private boolean losesRequest;
  private boolean losesAnswer;

  synchronized void loseNextRequest() {
    losesRequest = true;
  }

  synchronized void loseNextAnswer() {
    losesAnswer = true;
  }

  /** Notes an order down; the same for the same id. Moves nothing. */
  synchronized Order note(UUID id, Amount amount, String card) {
    requireHeard();
    String reference = "order-" + id;
    return orders.computeIfAbsent(
        reference, name -> new Order(name, id, amount, card, Status.NOTED, ""));
  }

  /** Carries an order out, once. */
  synchronized Order carryOut(String reference) {
    requireHeard();
    Order order = orders.get(reference);
    if (order == null) {
      throw new IllegalArgumentException("no order " + reference);
    }
    if (order.status() == Status.NOTED) {
      order =
          switch (order.card()) {
            case "declined" -> order.with(Status.DECLINED, "insufficient_funds");
            case "stolen" -> order.with(Status.DECLINED, "stolen_card");
            case "asks" -> order.with(Status.ASKING, "");
            default -> order.with(Status.TAKEN, "");
          };
      orders.put(reference, order);
    }
    if (losesAnswer) {
      losesAnswer = false;
      throw new NoAnswer();
    }
    return order;
  }

  synchronized Optional<Order> find(UUID id) {
    return Optional.ofNullable(orders.get("order-" + id));
  }

  synchronized List<Order> orders() {
    return List.copyOf(orders.values());
  }

  synchronized void answer(String reference, boolean approved) {
    orders.computeIfPresent(
        reference,
        (name, order) ->
            approved ? order.with(Status.TAKEN, "") : order.with(Status.DECLINED, "not_confirmed"));
  }

  synchronized Amount total(Amount none) {
    return orders.values().stream()
        .filter(order -> order.status() == Status.TAKEN)
        .map(Order::amount)
        .reduce(none, Amount::plus);
  }

  private void requireHeard() {
    if (losesRequest) {
      losesRequest = false;
      throw new NoAnswer();
    }
  }
}

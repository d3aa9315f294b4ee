package dev.innkeeper.billing.payment.spi;

/** Whether a provider has let go of a method. */
public sealed interface DetachResult {
  /** Nobody can charge the method any more, whoever did away with it. */
  record Detached() implements DetachResult {}

  /**
   * It has not, or that can't be told: the engine asks again later, since asking twice does no
   * harm.
   *
   * @param detail for the operator
   */
  record NotYet(String detail) implements DetachResult {}
}

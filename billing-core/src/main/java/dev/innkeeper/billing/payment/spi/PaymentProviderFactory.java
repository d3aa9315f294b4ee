package dev.innkeeper.billing.payment.spi;

import org.pf4j.ExtensionPoint;

/**
 * A plugin's door: makes a payment provider of an operator's settings. Implement it, annotate the
 * class with {@link org.pf4j.Extension}, and give it a public constructor without parameters.
 */
public interface PaymentProviderFactory extends ExtensionPoint {
  /** The code of the providers it makes. */
  String code();

  /**
   * Makes a provider. Calls nobody: what can only be told by asking the provider is told by {@link
   * PaymentProvider#diagnose}.
   *
   * @throws dev.innkeeper.billing.problem.InvalidInput when a setting is missing or wrong; the
   *     message says how to mend it and holds nothing secret
   */
  PaymentProvider create(ProviderContext context);
}

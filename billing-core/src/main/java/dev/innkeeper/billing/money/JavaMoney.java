package dev.innkeeper.billing.money;

import dev.innkeeper.billing.problem.InvalidInput;
import java.math.BigDecimal;
import javax.money.CurrencyContext;
import javax.money.CurrencyContextBuilder;
import javax.money.CurrencyUnit;
import javax.money.Monetary;
import javax.money.MonetaryAmount;

/**
 * The bridge to JSR 354 ({@code javax.money}) for embedders who keep their money in it and have an
 * implementation, such as Moneta, on their class path. The engine itself never uses it: see the
 * decision record on minor units. Exact both ways; the first use loads the JSR's providers and
 * takes up to a second or so. Thread-safe.
 */
public final class JavaMoney {
  private JavaMoney() {}

  /** The same sum, made by the default amount factory of the implementation present. */
  public static MonetaryAmount toMoney(Amount amount) {
    return Monetary.getDefaultAmountFactory()
        .setCurrency(unit(amount.currency()))
        .setNumber(amount.toDecimal())
        .create();
  }

  /**
   * The same sum in minor units.
   *
   * @param field the name that an error gives the value
   * @throws InvalidInput when the currency is unknown to the engine, the value has more decimals
   *     than the currency, or it is too large; nothing is rounded
   */
  public static Amount toAmount(String field, MonetaryAmount money) {
    Currency currency = Currency.of(money.getCurrency().getCurrencyCode());
    return Amount.of(field, money.getNumber().numberValueExact(BigDecimal.class), currency);
  }

  private static CurrencyUnit unit(Currency currency) {
    return Monetary.isCurrencyAvailable(currency.code())
        ? Monetary.getCurrency(currency.code())
        : new OwnCurrency(currency);
  }

  /** A currency that only our table knows, as the JSR wants to see it. */
  private record OwnCurrency(Currency currency) implements CurrencyUnit {
    @Override
    public String getCurrencyCode() {
      return currency.code();
    }

    @Override
    public int getNumericCode() {
      return -1; // the JSR's word for none
    }

    @Override
    public int getDefaultFractionDigits() {
      return currency.minorDigits();
    }

    @Override
    public CurrencyContext getContext() {
      return CurrencyContextBuilder.of("innkeeper").build();
    }

    @Override
    public int compareTo(CurrencyUnit other) {
      return getCurrencyCode().compareTo(other.getCurrencyCode());
    }
  }
}

package dev.innkeeper.server.store;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.payment.spi.PaymentProvider.Mode;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;

/** Remembers in which mode a database's payment providers are used, and holds them to it. */
public final class PaymentModes {
  private final Database db;
  private final Clock clock;

  /**
   * @param clock the machine's
   */
  public PaymentModes(Database db, Clock clock) {
    this.db = db;
    this.clock = clock;
  }

  /**
   * Notes the mode of providers that are new, and compares the others'.
   *
   * @throws StartProblem when a provider was used here in the other mode
   */
  public void require(List<PaymentProvider> providers) {
    providers.forEach(this::require);
  }

  private void require(PaymentProvider provider) {
    Mode first =
        db.tx(
            handle -> {
              handle
                  .createUpdate(
                      "insert into @.payment_mode (provider, mode, since)"
                          + " values (:provider, :mode, :now) on conflict do nothing")
                  .bind("provider", provider.code())
                  .bind("mode", provider.mode().name())
                  .bind("now", clock.instant().atOffset(ZoneOffset.UTC))
                  .execute();
              return Mode.valueOf(
                  handle
                      .createQuery("select mode from @.payment_mode where provider = :provider")
                      .bind("provider", provider.code())
                      .mapTo(String.class)
                      .one());
            });
    if (first != provider.mode()) {
      throw new StartProblem(
          "payments."
              + provider.code()
              + ": this database's books are of "
              + word(first)
              + " mode, and the key is for "
              + word(provider.mode())
              + " mode. Test money and real money never share books: give the key for "
              + word(first)
              + " mode, or start with a fresh data folder (--data) and database for "
              + word(provider.mode())
              + " mode");
    }
  }

  private static String word(Mode mode) {
    return mode == Mode.LIVE ? "live" : "test";
  }
}

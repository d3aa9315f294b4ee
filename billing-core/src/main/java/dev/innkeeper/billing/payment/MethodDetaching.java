package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.db.OwnedRows;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.payment.spi.DetachResult;
import dev.innkeeper.billing.payment.spi.MethodReference;
import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.work.DueWork;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has providers let go of cards that are not ours to charge any more. Recorded with what does away
 * with the card; carried out later, and again until the provider says that it is done, since doing
 * it twice does no harm. Thread-safe.
 */
final class MethodDetaching implements DueWork {
  private static final int BATCH = 50;
  private static final Duration GIVE_UP_AFTER = Duration.ofDays(30);
  private static final OwnedRows<Due> ROWS =
      new OwnedRows<>(
          "@.method_detach",
          "customer_id, id, provider, method_reference, customer_reference, recorded_at",
          (row, context) -> due(row));
  private static final Logger LOG = LoggerFactory.getLogger(MethodDetaching.class);

  private final PaymentCore core;
  private final Providers providers;

  MethodDetaching(PaymentCore core, Providers providers) {
    this.core = core;
    this.providers = providers;
  }

  /** A card to let go of. */
  private record Due(
      UUID customerId, UUID id, String provider, MethodReference reference, Instant recordedAt) {}

  /** Records that the provider is to let go of a card; nothing where it can't. */
  void record(Handle handle, UUID customerId, String provider, MethodReference reference) {
    if (!providers.has(provider)
        || !providers.get(provider).capabilities().contains(PaymentProvider.Capability.DETACH)) {
      return;
    }
    handle
        .createUpdate(
            "insert into @.method_detach (customer_id, id, provider, method_reference,"
                + " customer_reference, state, recorded_at, next_at) values (:c, :id, :provider,"
                + " :reference, :customerReference, 'RECORDED', :now, :now)"
                + " on conflict do nothing")
        .bind("c", customerId)
        .bind("id", core.ids().next())
        .bind("provider", provider)
        .bind("reference", reference.methodReference())
        .bind("customerReference", reference.customerReference())
        .bind("now", at(core.clock().instant()))
        .execute();
  }

  @Override
  public String name() {
    return "method-detaching";
  }

  @Override
  public int runBatch(Instant now) {
    core.db().requireNoTransaction();
    List<Due> due = core.db().tx(handle -> DueRows.claim(handle, ROWS, now, BATCH));
    for (Due one : due) {
      // What is being charged with it must come to its end first.
      DetachResult result =
          isCharged(one) ? new DetachResult.NotYet("it is being charged") : ask(one);
      core.db().run(handle -> store(handle, one, result));
    }
    return due.size();
  }

  private boolean isCharged(Due due) {
    return core.db()
        .tx(
            handle ->
                handle
                    .createQuery(
                        "select exists (select 1 from @.payment where customer_id = :c"
                            + " and provider = :provider and method_reference = :reference"
                            + " and next_at is not null)")
                    .bind("c", due.customerId())
                    .bind("provider", due.provider())
                    .bind("reference", due.reference().methodReference())
                    .mapTo(Boolean.class)
                    .one());
  }

  private DetachResult ask(Due due) {
    if (!providers.has(due.provider())) {
      return new DetachResult.NotYet("the provider is not configured");
    }
    try {
      return providers.get(due.provider()).detachMethod(due.reference());
    } catch (RuntimeException e) {
      LOG.warn("provider {} failed to let go of a card", due.provider(), e);
      return new DetachResult.NotYet(e.getClass().getSimpleName());
    }
  }

  private void store(Handle handle, Due due, DetachResult result) {
    if (result instanceof DetachResult.Detached) {
      end(handle, due, "DONE", null);
      return;
    }
    String detail = ((DetachResult.NotYet) result).detail();
    if (!core.clock().instant().isBefore(due.recordedAt().plus(GIVE_UP_AFTER))) {
      LOG.warn("provider {} never let go of card {}: {}", due.provider(), due.id(), detail);
      end(handle, due, "GIVEN_UP", detail);
      return;
    }
    handle
        .createUpdate(
            "update @.method_detach set state = 'ASKED', message = :message, next_at = "
                + DueRows.LATER
                + " where customer_id = :c and id = :id and next_at is not null")
        .bind("message", detail)
        .bind("now", at(core.clock().instant()))
        .bind("c", due.customerId())
        .bind("id", due.id())
        .execute();
  }

  private void end(Handle handle, Due due, String state, @Nullable String message) {
    handle
        .createUpdate(
            "update @.method_detach set state = :state, message = cast(:message as text),"
                + " finished_at = :now, next_at = null where customer_id = :c and id = :id")
        .bind("state", state)
        .bind("message", message)
        .bind("now", at(core.clock().instant()))
        .bind("c", due.customerId())
        .bind("id", due.id())
        .execute();
  }

  private static Due due(ResultSet row) throws SQLException {
    return new Due(
        row.getObject("customer_id", UUID.class),
        row.getObject("id", UUID.class),
        row.getString("provider"),
        new MethodReference(row.getString("method_reference"), row.getString("customer_reference")),
        SqlValues.instant(row, "recorded_at"));
  }

  private static OffsetDateTime at(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}

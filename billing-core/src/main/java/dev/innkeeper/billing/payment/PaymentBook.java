package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.OwnedRows;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.spi.ChargeRequest.Presence;
import dev.innkeeper.billing.payment.spi.ChargeResult;
import dev.innkeeper.billing.payment.spi.MethodReference;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/** The rows of attempts: every change of an attempt's state is a statement here. */
final class PaymentBook {
  private static final int MESSAGE_LENGTH_MAX = 500;
  private static final OwnedRows<Payment> ROWS =
      new OwnedRows<>(
          "@.payment",
          "customer_id, id, invoice_id, method_id, provider, method_reference, customer_reference,"
              + " return_url, amount_minor, currency, description, presence, state, reference,"
              + " decline_code, message, action_url, fee_minor, refunded_minor, disputed_minor,"
              + " recorded_at, called_at, finished_at",
          (row, context) -> payment(row));

  private final Database db;
  private final Clock clock;

  PaymentBook(Database db, Clock clock) {
    this.db = db;
    this.clock = clock;
  }

  /** What an attempt is paid by. */
  sealed interface Means {
    /** A card that is known. */
    record Card(PaymentMethod method, Presence presence) implements Means {}

    /**
     * A page of a provider's to be paid on.
     *
     * @param customerReference the provider's name of the customer; null where it has none yet
     * @param returnUrl where the page sends the customer back to
     */
    record Page(String provider, @Nullable String customerReference, String returnUrl)
        implements Means {}
  }

  /** A page for a customer, whom the provider may know by a card already. */
  Means page(UUID customerId, PayPage page) {
    String known =
        db.tx(
            handle ->
                handle
                    .createQuery(
                        "select customer_reference from @.payment_method where customer_id = :c"
                            + " and provider = :provider and customer_reference is not null"
                            + " order by added_at desc limit 1")
                    .bind("c", customerId)
                    .bind("provider", page.provider())
                    .mapTo(String.class)
                    .findOne()
                    .orElse(null));
    return new Means.Page(page.provider(), known, page.returnUrl());
  }

  /** An attempt to be recorded. */
  record NewPayment(
      UUID customerId,
      UUID id,
      @Nullable UUID invoiceId,
      Means means,
      Amount amount,
      String description) {}

  /**
   * Records attempts.
   *
   * @param headStart how long due work leaves them alone: {@link DueRows#HEAD_START} when the
   *     caller asks the providers next, zero when nobody will
   */
  void insert(Collection<NewPayment> payments, Duration headStart) {
    if (payments.isEmpty()) {
      return;
    }
    Instant now = clock.instant();
    db.run(
        handle -> {
          PreparedBatch batch =
              handle.prepareBatch(
                  "insert into @.payment (customer_id, id, purpose, invoice_id, method_id,"
                      + " provider, method_reference, customer_reference, return_url, amount_minor,"
                      + " currency, description, presence, state, recorded_at, next_at) values"
                      + " (:customer, :id, :purpose, cast(:invoice as uuid), cast(:method as uuid),"
                      + " :provider, :reference, :customerReference, :returnUrl, :amount,"
                      + " :currency, :description, :presence, 'RECORDED', :now, :next)");
          for (NewPayment payment : payments) {
            bind(batch, payment.means());
            batch
                .bind("customer", payment.customerId())
                .bind("id", payment.id())
                .bind("purpose", payment.invoiceId() == null ? "TOP_UP" : "INVOICE")
                .bind("invoice", payment.invoiceId())
                .bind("amount", payment.amount().minorUnits())
                .bind("currency", payment.amount().currency().code())
                .bind("description", payment.description())
                .bind("now", at(now))
                .bind("next", at(now.plus(headStart)))
                .add();
          }
          batch.execute();
        });
  }

  private static void bind(PreparedBatch batch, Means means) {
    if (means instanceof Means.Card card) {
      MethodReference reference = card.method().reference();
      batch
          .bind("method", card.method().id())
          .bind("provider", card.method().provider())
          .bind("reference", reference.methodReference())
          .bind("customerReference", reference.customerReference())
          .bind("returnUrl", (String) null)
          .bind("presence", card.presence().name());
    } else if (means instanceof Means.Page page) {
      batch
          .bind("method", (UUID) null)
          .bind("provider", page.provider())
          .bind("reference", (String) null)
          .bind("customerReference", page.customerReference())
          .bind("returnUrl", page.returnUrl())
          .bind("presence", Presence.ON_SESSION.name());
    }
  }

  Optional<Payment> find(UUID customerId, UUID id) {
    return db.tx(handle -> ROWS.find(handle, customerId, id));
  }

  Optional<Payment> findById(UUID id) {
    return db.tx(
        handle -> ROWS.query(handle, "where id = :id").bind("id", id).map(ROWS.mapper()).findOne());
  }

  Optional<Payment> findByReference(String provider, String reference) {
    return db.tx(
        handle ->
            ROWS.query(
                    handle, "where provider = :p and reference = :r order by recorded_at limit 1")
                .bind("p", provider)
                .bind("r", reference)
                .map(ROWS.mapper())
                .findOne());
  }

  /** Newest first. */
  List<Payment> list(UUID customerId, @Nullable UUID before, int limit) {
    return db.tx(
        handle ->
            ROWS.query(
                    handle,
                    "where customer_id = :c and (cast(:before as uuid) is null"
                        + " or id < cast(:before as uuid)) order by id desc limit :limit")
                .bind("c", customerId)
                .bind("before", before)
                .bind("limit", limit)
                .map(ROWS.mapper())
                .list());
  }

  /** Everybody's, newest first. */
  List<Payment> search(@Nullable PaymentState state, @Nullable UUID before, int limit) {
    return db.tx(
        handle ->
            ROWS.query(
                    handle,
                    "where (cast(:state as text) is null or state = :state)"
                        + " and (cast(:before as uuid) is null or id < cast(:before as uuid))"
                        + " order by id desc limit :limit")
                .bind("state", state == null ? null : state.name())
                .bind("before", before)
                .bind("limit", limit)
                .map(ROWS.mapper())
                .list());
  }

  /** Attempts of a state, the ones that wait longest first. */
  List<Payment> waiting(Collection<PaymentState> states, int limit) {
    return db.tx(
        handle ->
            ROWS.query(
                    handle,
                    "where next_at is not null and state = any(:states)"
                        + " order by recorded_at limit :limit")
                .bindArray("states", String.class, states.stream().map(Enum::name).toList())
                .bind("limit", limit)
                .map(ROWS.mapper())
                .list());
  }

  /** Attempts of the customers for which anybody may ask the provider, and nobody did yet. */
  List<Recorded> recordedAndDue(Collection<UUID> customerIds) {
    return db.tx(
        handle ->
            handle
                .createQuery(
                    "select customer_id, id from @.payment where customer_id = any(:customers)"
                        + " and next_at <= :now and state = 'RECORDED' order by id")
                .bindArray("customers", UUID.class, customerIds)
                .bind("now", at(clock.instant()))
                .map(
                    (row, context) ->
                        new Recorded(
                            row.getObject("customer_id", UUID.class),
                            row.getObject("id", UUID.class)))
                .list());
  }

  /** Open attempts of a customer, whatever they are for. */
  List<Payment> open(UUID customerId) {
    return db.tx(
        handle ->
            ROWS.query(handle, "where customer_id = :c and next_at is not null order by id")
                .bind("c", customerId)
                .map(ROWS.mapper())
                .list());
  }

  /** Notes that the provider is asked for a recorded attempt: {@link DueRows#claimForCall}. */
  void calling(Payment payment) {
    db.run(
        handle ->
            DueRows.claimForCall(
                handle, ROWS, payment.customerId(), payment.id(), clock.instant()));
  }

  /** Takes attempts somebody must look after, and keeps others from them for the lease. */
  List<Payment> claimDue(Instant now, int limit) {
    return db.tx(handle -> DueRows.claim(handle, ROWS, now, limit));
  }

  void reference(UUID customerId, UUID id, String reference) {
    change(
        "update @.payment set reference = :reference where customer_id = :c and id = :id",
        customerId,
        id,
        update -> update.bind("reference", reference));
  }

  /** Reads the attempt and keeps others from changing it until the transaction ends. */
  Payment lock(UUID customerId, UUID id) {
    return db.tx(
        handle ->
            ROWS.query(handle, "where customer_id = :c and id = :id for no key update")
                .bind("c", customerId)
                .bind("id", id)
                .map(ROWS.mapper())
                .one());
  }

  void succeeded(Payment payment, ChargeResult.Succeeded result) {
    Amount fee = result.fee();
    change(
        "update @.payment set state = 'SUCCEEDED', reference = :reference, fee_minor = :fee,"
            + " decline_kind = null, decline_code = null, message = null, action_url = null,"
            + " finished_at = :now, next_at = null where customer_id = :c and id = :id",
        payment.customerId(),
        payment.id(),
        update ->
            update
                .bind("reference", result.reference())
                .bind("fee", fee == null ? 0 : fee.minorUnits()));
  }

  void fee(Payment payment, Amount fee) {
    change(
        "update @.payment set fee_minor = :fee where customer_id = :c and id = :id",
        payment.customerId(),
        payment.id(),
        update -> update.bind("fee", fee.minorUnits()));
  }

  void declined(Payment payment, ChargeResult.Declined result) {
    change(
        "update @.payment set state = 'DECLINED', reference = coalesce(:reference, reference),"
            + " decline_kind = :kind, decline_code = :code, message = :message, action_url = null,"
            + " finished_at = :now, next_at = null where customer_id = :c and id = :id",
        payment.customerId(),
        payment.id(),
        update ->
            update
                .bind("reference", result.reference())
                .bind("kind", result.kind().name())
                .bind("code", result.code())
                .bind("message", shorten(result.message())));
  }

  void cancelled(Payment payment, String why) {
    change(
        "update @.payment set state = 'CANCELLED', message = :why, action_url = null,"
            + " finished_at = :now, next_at = null where customer_id = :c and id = :id",
        payment.customerId(),
        payment.id(),
        update -> update.bind("why", shorten(why)));
  }

  /** Ends an attempt that its invoice needs no more. The code says so, and bars no card. */
  void notNeeded(Payment payment) {
    change(
        "update @.payment set state = 'CANCELLED', decline_code = 'not_needed',"
            + " message = 'no longer needed', action_url = null, finished_at = :now,"
            + " next_at = null where customer_id = :c and id = :id",
        payment.customerId(),
        payment.id(),
        update -> {});
  }

  void actionRequired(Payment payment, ChargeResult.ActionRequired result, Instant expiresAt) {
    change(
        "update @.payment set state = 'ACTION_REQUIRED', reference = :reference,"
            + " action_url = :url, next_at = :next where customer_id = :c and id = :id",
        payment.customerId(),
        payment.id(),
        update ->
            update
                .bind("reference", result.reference())
                .bind("url", result.actionUrl())
                .bind("next", at(expiresAt)));
  }

  /** The next look-up comes a minute later, then four times as long each, at most six hours. */
  void unknown(Payment payment, ChargeResult.Unknown result) {
    change(
        "update @.payment set state = 'UNKNOWN', reference = coalesce(:reference, reference),"
            + " message = :detail, next_at = "
            + DueRows.LATER
            + " where customer_id = :c and id = :id",
        payment.customerId(),
        payment.id(),
        update ->
            update.bind("reference", result.reference()).bind("detail", shorten(result.detail())));
  }

  /** Notes what went back to the card; a negative amount when it did not after all. */
  void addRefunded(Payment payment, Amount amount) {
    change(
        "update @.payment set refunded_minor = refunded_minor + :amount"
            + " where customer_id = :c and id = :id",
        payment.customerId(),
        payment.id(),
        update -> update.bind("amount", amount.minorUnits()));
  }

  private int change(
      String sql, UUID customerId, UUID id, java.util.function.Consumer<Update> binder) {
    return db.tx(
        handle -> {
          Update update = handle.createUpdate(sql).bind("c", customerId).bind("id", id);
          if (sql.contains(":now")) {
            update.bind("now", at(clock.instant()));
          }
          binder.accept(update);
          return update.execute();
        });
  }

  /** Whether money may be moving for any of the customers: who and how many attempts. */
  List<UUID> inFlight(Handle handle, Collection<UUID> customerIds) {
    return handle
        .createQuery(
            "select distinct customer_id from @.payment where customer_id = any(:customers)"
                + " and next_at is not null and state in ('RECORDED', 'CALLING', 'UNKNOWN')")
        .bindArray("customers", UUID.class, customerIds)
        .mapTo(UUID.class)
        .list();
  }

  private static Payment payment(ResultSet row) throws SQLException {
    Currency currency = Currency.of(row.getString("currency"));
    String method = row.getString("method_reference");
    return new Payment(
        row.getObject("customer_id", UUID.class),
        row.getObject("id", UUID.class),
        row.getObject("invoice_id", UUID.class),
        row.getObject("method_id", UUID.class),
        row.getString("provider"),
        method == null ? null : new MethodReference(method, row.getString("customer_reference")),
        row.getString("customer_reference"),
        row.getString("return_url"),
        Amount.ofMinor(row.getLong("amount_minor"), currency),
        row.getString("description"),
        Presence.valueOf(row.getString("presence")),
        PaymentState.valueOf(row.getString("state")),
        row.getString("reference"),
        row.getString("decline_code"),
        row.getString("message"),
        row.getString("action_url"),
        Amount.ofMinor(row.getLong("fee_minor"), currency),
        Amount.ofMinor(row.getLong("refunded_minor"), currency),
        Amount.ofMinor(row.getLong("disputed_minor"), currency),
        SqlValues.instant(row, "recorded_at"),
        SqlValues.instantOrNull(row, "called_at"),
        SqlValues.instantOrNull(row, "finished_at"));
  }

  private static String shorten(String text) {
    return text.substring(0, Math.min(text.length(), MESSAGE_LENGTH_MAX));
  }

  private static OffsetDateTime at(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}

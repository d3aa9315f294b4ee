package dev.innkeeper.billing.customer;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.db.Commands;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.event.EventLog;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.InvalidInput.Violation;
import dev.innkeeper.billing.problem.NotFound;
import dev.innkeeper.billing.time.BillingCalendar;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/** Registers, changes and finds customers. Thread-safe. */
public final class Customers {
  private static final int PAGE_MAX = 500;
  private static final int TEXT_LENGTH_MAX = 200;
  private static final int METADATA_ENTRIES_MAX = 50;
  private static final Set<String> COUNTRIES = Set.of(Locale.getISOCountries());
  private static final String COLUMNS =
      "id, name, email, currency, zone, anchor_date, customer_group, language, company, street,"
          + " postal_code, city, country, vat_id, metadata, created_at";

  private static final String CHANGE =
      "update @.customer set name = :name, email = :email, language = :language,"
          + " company = :company, street = :street, postal_code = :postalCode, city = :city,"
          + " country = :country, vat_id = :vatId where id = :id";

  private final Database db;
  private final Commands commands;
  private final EventLog events;
  private final ObjectMapper json;
  private final Ids ids;
  private final Clock clock;

  public Customers(
      Database db, Commands commands, EventLog events, ObjectMapper json, Ids ids, Clock clock) {
    this.db = db;
    this.commands = commands;
    this.events = events;
    this.json = json;
    this.ids = ids;
    this.clock = clock;
  }

  /**
   * Registers a customer. Billing period 0 starts on the last anchor day not after today.
   *
   * @param idempotencyKey a repeat with the same key and content returns the first customer
   * @throws InvalidInput naming every field at fault
   * @throws dev.innkeeper.billing.problem.Conflict when the key was used with other content
   */
  public Customer register(NewCustomer wanted, String idempotencyKey) {
    validate(wanted);
    UUID id =
        commands.once(
            Commands.NO_OWNER,
            "customer.register:" + idempotencyKey,
            wanted,
            UUID.class,
            () -> db.tx(handle -> insert(handle, wanted)));
    return get(id);
  }

  private UUID insert(Handle handle, NewCustomer wanted) {
    UUID id = ids.next();
    Instant now = clock.instant();
    CustomerDetails details = details(wanted);
    bind(
            handle.createUpdate(
                "insert into @.customer ("
                    + COLUMNS
                    + ") values (:id, :name, :email, :currency, :zone, :anchor, :group, :language,"
                    + " :company, :street, :postalCode, :city, :country, :vatId,"
                    + " cast(:metadata as jsonb), :now)"),
            id,
            details)
        .bind("currency", wanted.currency().code())
        .bind("zone", wanted.zone().getId())
        .bind("anchor", lastAnchor(now.atZone(wanted.zone()).toLocalDate(), wanted.anchorDay()))
        .bind("group", wanted.group())
        .bind("metadata", BillingJson.write(json, wanted.metadata()))
        .bind("now", now.atOffset(ZoneOffset.UTC))
        .execute();
    handle
        .createUpdate("insert into @.customer_state (customer_id) values (:id)")
        .bind("id", id)
        .execute();
    events.append(new CustomerRegistered(id, details.name(), details.email()));
    return id;
  }

  private static CustomerDetails details(NewCustomer wanted) {
    return stripped(
        new CustomerDetails(
            wanted.name(),
            wanted.email(),
            wanted.language(),
            wanted.company(),
            wanted.address(),
            wanted.vatId()));
  }

  private static CustomerDetails stripped(CustomerDetails wanted) {
    return wanted.withName(wanted.name().strip()).withEmail(wanted.email().strip());
  }

  private static Update bind(Update update, UUID id, CustomerDetails details) {
    return update
        .bind("id", id)
        .bind("name", details.name())
        .bind("email", details.email())
        .bind("language", details.language())
        .bind("company", details.company())
        .bind("street", details.address().street())
        .bind("postalCode", details.address().postalCode())
        .bind("city", details.address().city())
        .bind("country", details.address().country())
        .bind("vatId", details.vatId());
  }

  /**
   * Changes what the next invoices say of a customer; those that were issued stay as they are. To
   * change it to what it is does nothing.
   *
   * @throws InvalidInput naming every field at fault
   * @throws NotFound when there is no such customer
   */
  public Customer change(UUID id, CustomerDetails wanted) {
    List<Violation> violations = new ArrayList<>();
    validate(violations, wanted);
    if (!violations.isEmpty()) {
      throw new InvalidInput(violations);
    }
    CustomerDetails details = stripped(wanted);
    return db.tx(
        handle -> {
          lock(id);
          Customer before = get(id);
          if (CustomerDetails.of(before).equals(details)) {
            return before;
          }
          bind(handle.createUpdate(CHANGE), id, details).execute();
          events.append(new CustomerChanged(id, details.name(), details.email()));
          return get(id);
        });
  }

  /**
   * The last date not after today that falls on the anchor day and whose month has that day: an
   * anchor must hold the full day, or it would be cut for good.
   */
  private static LocalDate lastAnchor(LocalDate today, int anchorDay) {
    LocalDate month = today.withDayOfMonth(1);
    while (month.lengthOfMonth() < anchorDay || month.withDayOfMonth(anchorDay).isAfter(today)) {
      month = month.minusMonths(1);
    }
    return month.withDayOfMonth(anchorDay);
  }

  /**
   * @throws NotFound when there is no such customer
   */
  public Customer get(UUID id) {
    return find(id).orElseThrow(() -> new NotFound("customer", id.toString()));
  }

  public Optional<Customer> find(UUID id) {
    return findAll(List.of(id)).stream().findFirst();
  }

  /** The customers of these ids that exist, in no order. */
  public List<Customer> findAll(Collection<UUID> ids) {
    return db.tx(
        handle ->
            handle
                .createQuery("select " + COLUMNS + " from @.customer where id = any(:ids)")
                .bindArray("ids", UUID.class, ids)
                .map((row, context) -> customer(row))
                .list());
  }

  /**
   * Customers in the order of their registration.
   *
   * @param search part of the name or e-mail address, any case; empty for all
   * @param after the last id of the page before, or null for the first page
   * @param limit at most 500
   */
  public List<Customer> list(String search, @Nullable UUID after, int limit) {
    String pattern = "%" + search.replaceAll("([\\\\%_])", "\\\\$1") + "%";
    return db.tx(
        handle ->
            handle
                .createQuery(
                    "select "
                        + COLUMNS
                        + " from @.customer where id > :after and (name ilike :pattern or email"
                        + " ilike :pattern) order by id limit :limit")
                .bind("after", after == null ? Commands.NO_OWNER : after)
                .bind("pattern", pattern)
                .bind("limit", Math.min(limit, PAGE_MAX))
                .map((row, context) -> customer(row))
                .list());
  }

  /**
   * Takes the customer's lock until the end of the current transaction. Whoever decides on a
   * customer's money takes it first; several customers are locked in the order of their ids.
   *
   * @throws IllegalStateException outside a transaction
   * @throws NotFound when there is no such customer
   */
  public void lock(UUID id) {
    if (!db.inTransaction()) {
      throw new IllegalStateException("a lock is held by a transaction; begin one first");
    }
    boolean found =
        db.tx(
            handle ->
                handle
                    .createQuery(
                        "select 1 from @.customer_state where customer_id = :id for no key update")
                    .bind("id", id)
                    .mapTo(Integer.class)
                    .findOne()
                    .isPresent());
    if (!found) {
      throw new NotFound("customer", id.toString());
    }
  }

  private Customer customer(ResultSet row) throws SQLException {
    @SuppressWarnings("unchecked") // metadata is written from a Map<String, String>
    Map<String, String> metadata = BillingJson.read(json, row.getString("metadata"), Map.class);
    return new Customer(
        row.getObject("id", UUID.class),
        row.getString("name"),
        row.getString("email"),
        Currency.of(row.getString("currency")),
        new BillingCalendar(
            row.getObject("anchor_date", LocalDate.class), ZoneId.of(row.getString("zone"))),
        row.getString("customer_group"),
        row.getString("language"),
        row.getString("company"),
        new Address(
            row.getString("street"),
            row.getString("postal_code"),
            row.getString("city"),
            row.getString("country")),
        row.getString("vat_id"),
        Map.copyOf(metadata),
        SqlValues.instant(row, "created_at"));
  }

  private static void validate(NewCustomer wanted) {
    List<Violation> violations = new ArrayList<>();
    validate(violations, details(wanted));
    if (wanted.anchorDay() < 1 || wanted.anchorDay() > 31) {
      violations.add(new Violation("anchorDay", "must be 1 to 31"));
    }
    text(violations, "group", wanted.group());
    if (wanted.metadata().size() > METADATA_ENTRIES_MAX) {
      violations.add(new Violation("metadata", "has more than " + METADATA_ENTRIES_MAX + " keys"));
    }
    if (!violations.isEmpty()) {
      throw new InvalidInput(violations);
    }
  }

  private static void validate(List<Violation> violations, CustomerDetails wanted) {
    text(violations, "name", wanted.name());
    if (!wanted.email().strip().matches("[^@\\s]{1,64}@[^@\\s]{1,255}")) {
      violations.add(new Violation("email", "must be an e-mail address such as ada@example.org"));
    }
    if (!wanted.language().matches("[a-z]{2}")) {
      violations.add(new Violation("language", "must be a two-letter code such as en"));
    }
    String country = wanted.address().country();
    if (country != null && !COUNTRIES.contains(country)) {
      violations.add(
          new Violation("address.country", "must be an ISO 3166 code of two letters such as DE"));
    }
    optionalText(violations, "company", wanted.company());
    optionalText(violations, "address.street", wanted.address().street());
    optionalText(violations, "address.postalCode", wanted.address().postalCode());
    optionalText(violations, "address.city", wanted.address().city());
    optionalText(violations, "vatId", wanted.vatId());
  }

  private static void optionalText(
      List<Violation> violations, String field, @Nullable String value) {
    if (value != null) {
      text(violations, field, value);
    }
  }

  private static void text(List<Violation> violations, String field, String value) {
    if (value.isBlank() || value.strip().length() > TEXT_LENGTH_MAX) {
      violations.add(new Violation(field, "must have 1 to " + TEXT_LENGTH_MAX + " characters"));
    } else if (value.chars().anyMatch(c -> c < ' ')) {
      violations.add(new Violation(field, "must not have control characters"));
    }
  }
}

package dev.innkeeper.billing.invoice;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.customer.Customers;
import dev.innkeeper.billing.db.Commands;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.problem.Conflict;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotFound;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Invoices that operators are still writing. They live apart from issued ones, so that nothing that
 * sums, numbers or settles invoices ever meets one. Thread-safe.
 */
public final class InvoiceDrafts {
  private static final int PAGE_MAX = 200;

  /** Greater than every id. */
  private static final UUID LAST = new UUID(-1, -1);

  private static final String SELECT =
      "select id, content, revision, created_at, changed_at from @.invoice_draft ";

  private final Services services;
  private final CustomIssue issue;

  /** What drafts need. */
  record Services(
      Database db,
      Commands commands,
      ObjectMapper json,
      Customers customers,
      Ids ids,
      Clock clock) {}

  /** Checks, shows and issues what operators write. */
  interface CustomIssue {
    void check(NewInvoice wanted);

    Invoice show(NewInvoice wanted);

    /** Issues it under the id, in the current transaction. */
    Invoice issue(Handle handle, NewInvoice wanted, UUID id);

    Optional<Invoice> find(UUID customerId, UUID id);
  }

  InvoiceDrafts(Services services, CustomIssue issue) {
    this.services = services;
    this.issue = issue;
  }

  /**
   * Stores a draft.
   *
   * @param idempotencyKey a repeat with the same key and content returns the first draft
   * @throws InvalidInput naming every field at fault, as issuing it would
   * @throws NotFound when there is no such customer
   * @throws Conflict when the key was used with other content
   */
  public StoredDraft create(NewInvoice wanted, String idempotencyKey) {
    services.customers().get(wanted.customerId());
    issue.check(wanted);
    UUID id =
        services
            .commands()
            .once(
                wanted.customerId(),
                "invoice.draft:" + idempotencyKey,
                wanted,
                UUID.class,
                () -> services.db().tx(handle -> insert(handle, wanted)));
    return find(wanted.customerId(), id)
        .orElseThrow(() -> new NotFound("invoice draft", id.toString()));
  }

  private UUID insert(Handle handle, NewInvoice wanted) {
    UUID id = services.ids().next();
    handle
        .createUpdate(
            "insert into @.invoice_draft (customer_id, id, content, created_at, changed_at)"
                + " values (:customer, :id, cast(:content as jsonb), :now, :now)")
        .bind("customer", wanted.customerId())
        .bind("id", id)
        .bind("content", BillingJson.write(services.json(), wanted))
        .bind("now", now())
        .execute();
    return id;
  }

  /**
   * Replaces what a draft says.
   *
   * @param revision of the draft that the change was made on
   * @throws Conflict with code {@code draft-changed} when it was changed since, or is gone since
   * @throws InvalidInput naming every field at fault; a draft can't go to another customer
   * @throws NotFound when the customer has no such draft
   */
  public StoredDraft change(UUID draftId, long revision, NewInvoice wanted) {
    issue.check(wanted);
    get(wanted.customerId(), draftId);
    int changed =
        services
            .db()
            .tx(
                handle ->
                    handle
                        .createUpdate(
                            "update @.invoice_draft set content = cast(:content as jsonb),"
                                + " revision = revision + 1, changed_at = :now where"
                                + " customer_id = :customer and id = :id and revision = :revision")
                        .bind("content", BillingJson.write(services.json(), wanted))
                        .bind("now", now())
                        .bind("customer", wanted.customerId())
                        .bind("id", draftId)
                        .bind("revision", revision)
                        .execute());
    if (changed == 0) {
      String now =
          find(wanted.customerId(), draftId)
              .map(draft -> "the draft is at revision " + draft.revision())
              .orElse("the draft was issued or discarded meanwhile");
      throw new Conflict(
          "draft-changed", now + ", the change was made on " + revision + ": read it again");
    }
    return get(wanted.customerId(), draftId);
  }

  /** Deletes a draft; false when the customer has none of this id. */
  public boolean delete(UUID customerId, UUID draftId) {
    return services.db().tx(handle -> delete(handle, customerId, draftId));
  }

  private static boolean delete(Handle handle, UUID customerId, UUID draftId) {
    return handle
            .createUpdate("delete from @.invoice_draft where customer_id = :customer and id = :id")
            .bind("customer", customerId)
            .bind("id", draftId)
            .execute()
        == 1;
  }

  /**
   * @throws NotFound when the customer has no such draft
   */
  public StoredDraft get(UUID customerId, UUID draftId) {
    return find(customerId, draftId)
        .orElseThrow(() -> new NotFound("invoice draft", draftId.toString()));
  }

  private Optional<StoredDraft> find(UUID customerId, UUID draftId) {
    return services.db().tx(handle -> find(handle, customerId, draftId, ""));
  }

  private Optional<StoredDraft> find(Handle handle, UUID customerId, UUID draftId, String locking) {
    return handle
        .createQuery(SELECT + "where customer_id = :customer and id = :id" + locking)
        .bind("customer", customerId)
        .bind("id", draftId)
        .map((row, context) -> stored(row))
        .findOne();
  }

  /** Until the transaction ends nobody else changes the draft or throws it away. */
  private StoredDraft locked(Handle handle, UUID customerId, UUID draftId) {
    return find(handle, customerId, draftId, " for update")
        .orElseThrow(() -> new NotFound("invoice draft", draftId.toString()));
  }

  /**
   * The customer's drafts, newest first.
   *
   * @param before the last id of the page before, or null for the first page
   * @param limit at most 200
   */
  public List<StoredDraft> list(UUID customerId, @Nullable UUID before, int limit) {
    return services
        .db()
        .tx(
            handle ->
                handle
                    .createQuery(
                        SELECT
                            + "where customer_id = :customer and id < :before"
                            + " order by id desc limit :limit")
                    .bind("customer", customerId)
                    .bind("before", before == null ? LAST : before)
                    .bind("limit", Math.min(limit, PAGE_MAX))
                    .map((row, context) -> stored(row))
                    .list());
  }

  /**
   * Everybody's drafts, newest first.
   *
   * @param before the last id of the page before, or null for the first page
   * @param limit at most 200
   */
  public List<StoredDraft> search(@Nullable UUID before, int limit) {
    return services
        .db()
        .tx(
            handle ->
                handle
                    .createQuery(SELECT + "where id < :before order by id desc limit :limit")
                    .bind("before", before == null ? LAST : before)
                    .bind("limit", Math.min(limit, PAGE_MAX))
                    .map((row, context) -> stored(row))
                    .list());
  }

  /** The draft as the invoice that it would be now, tax included. */
  public Invoice show(UUID customerId, UUID draftId) {
    return issue.show(get(customerId, draftId).content());
  }

  /**
   * Issues the draft, which is gone then. Issuing it again gives the same invoice.
   *
   * @throws InvalidInput naming what is at fault by now, such as a due date that has passed
   * @throws NotFound when the customer has neither draft nor invoice of this id
   */
  public Invoice issue(UUID customerId, UUID draftId) {
    return services
        .db()
        .tx(
            handle -> {
              services.customers().lock(customerId);
              Optional<Invoice> issued = issue.find(customerId, draftId);
              if (issued.isPresent()) {
                return issued.get();
              }
              StoredDraft draft = locked(handle, customerId, draftId);
              Invoice invoice = issue.issue(handle, draft.content(), draftId);
              if (!delete(handle, customerId, draftId)) {
                throw new IllegalStateException("draft " + draftId + " went while it was locked");
              }
              return invoice;
            });
  }

  private StoredDraft stored(ResultSet row) throws SQLException {
    return new StoredDraft(
        row.getObject("id", UUID.class),
        BillingJson.read(services.json(), row.getString("content"), NewInvoice.class),
        row.getLong("revision"),
        SqlValues.instant(row, "created_at"),
        SqlValues.instant(row, "changed_at"));
  }

  private OffsetDateTime now() {
    return services.clock().instant().atOffset(ZoneOffset.UTC);
  }
}

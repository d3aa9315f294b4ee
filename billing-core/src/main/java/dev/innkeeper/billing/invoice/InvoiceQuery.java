package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.time.Interval;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What an operator looks for: start with {@link #all}, narrow with the {@code with…} methods.
 *
 * @param numberPrefix the beginning of the number, case and all; empty for any
 * @param issuedFrom included; null for no bound
 * @param issuedTo excluded; null for no bound
 * @param period what cycle invoices bill lies within it; null for any
 * @param belowNumber the last number of the page before, or null for the first page
 * @param limit at most 200
 */
public record InvoiceQuery(
    String numberPrefix,
    @Nullable UUID customerId,
    @Nullable InvoiceStatus status,
    @Nullable InvoiceKind kind,
    @Nullable Instant issuedFrom,
    @Nullable Instant issuedTo,
    @Nullable Interval period,
    @Nullable String belowNumber,
    int limit) {
  private static final int PAGE_MAX = 200;

  /** The first page of all issued invoices and credit notes. */
  public static InvoiceQuery all() {
    return new InvoiceQuery("", null, null, null, null, null, null, null, 50);
  }

  public InvoiceQuery withNumberPrefix(String newPrefix) {
    return with(draft -> draft.prefix = newPrefix);
  }

  public InvoiceQuery withCustomer(UUID newCustomerId) {
    return with(draft -> draft.customer = newCustomerId);
  }

  public InvoiceQuery withStatus(InvoiceStatus newStatus) {
    return with(draft -> draft.ofStatus = newStatus);
  }

  public InvoiceQuery withKind(InvoiceKind newKind) {
    return with(draft -> draft.ofKind = newKind);
  }

  /** Issued from an instant on, and before another. */
  public InvoiceQuery withIssued(@Nullable Instant from, @Nullable Instant to) {
    return with(
        draft -> {
          draft.from = from;
          draft.to = to;
        });
  }

  /** Of cycle invoices, those whose billing period lies within the interval. */
  public InvoiceQuery withPeriod(Interval newPeriod) {
    return with(draft -> draft.within = newPeriod);
  }

  public InvoiceQuery withPage(@Nullable String newBelowNumber, int newLimit) {
    return with(
        draft -> {
          draft.below = newBelowNumber;
          draft.most = newLimit;
        });
  }

  private InvoiceQuery with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.query();
  }

  /** A query that is being changed. */
  private static final class Draft {
    private String prefix;
    private @Nullable UUID customer;
    private @Nullable InvoiceStatus ofStatus;
    private @Nullable InvoiceKind ofKind;
    private @Nullable Instant from;
    private @Nullable Instant to;
    private @Nullable Interval within;
    private @Nullable String below;
    private int most;

    private Draft(InvoiceQuery query) {
      this.prefix = query.numberPrefix;
      this.customer = query.customerId;
      this.ofStatus = query.status;
      this.ofKind = query.kind;
      this.from = query.issuedFrom;
      this.to = query.issuedTo;
      this.within = query.period;
      this.below = query.belowNumber;
      this.most = query.limit;
    }

    private InvoiceQuery query() {
      return new InvoiceQuery(prefix, customer, ofStatus, ofKind, from, to, within, below, most);
    }
  }

  String where() {
    List<String> conditions = new ArrayList<>();
    conditions.add("i.number is not null");
    if (!numberPrefix.isEmpty()) {
      conditions.add("i.number like :prefix");
    }
    if (customerId != null) {
      conditions.add("i.customer_id = :customer");
    }
    if (status != null) {
      conditions.add("i.status = :status");
    }
    if (kind != null) {
      conditions.add("i.kind = :kind");
    }
    if (issuedFrom != null) {
      conditions.add("i.issued_at >= :from");
    }
    if (issuedTo != null) {
      conditions.add("i.issued_at < :to");
    }
    if (period != null) {
      conditions.add("i.period_from >= :periodFrom and i.period_to <= :periodTo");
    }
    if (belowNumber != null) {
      conditions.add("i.number < :below collate \"C\"");
    }
    return "where " + String.join(" and ", conditions) + " order by i.number desc limit :limit";
  }

  Map<String, Object> parameters() {
    Map<String, Object> parameters = new HashMap<>();
    if (!numberPrefix.isEmpty()) {
      parameters.put("prefix", numberPrefix.replaceAll("([\\\\%_])", "\\\\$1") + "%");
    }
    if (customerId != null) {
      parameters.put("customer", customerId);
    }
    if (status != null) {
      parameters.put("status", status.name());
    }
    if (kind != null) {
      parameters.put("kind", kind.name());
    }
    if (issuedFrom != null) {
      parameters.put("from", issuedFrom.atOffset(ZoneOffset.UTC));
    }
    if (issuedTo != null) {
      parameters.put("to", issuedTo.atOffset(ZoneOffset.UTC));
    }
    if (period != null) {
      parameters.put("periodFrom", period.from().atOffset(ZoneOffset.UTC));
      parameters.put("periodTo", period.to().atOffset(ZoneOffset.UTC));
    }
    if (belowNumber != null) {
      parameters.put("below", belowNumber);
    }
    parameters.put("limit", Math.max(1, Math.min(limit, PAGE_MAX)));
    return parameters;
  }
}

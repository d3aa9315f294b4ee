package dev.innkeeper.billing.customer;

import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.time.BillingCalendar;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A customer as stored. Immutable.
 *
 * @param currency what wallet and invoices are kept in by default
 * @param calendar zone and anchor of the billing periods
 * @param group picks policies (grace, tax) by customer group; {@code default} unless set
 * @param language of invoices and mail, an ISO 639-1 code
 * @param company the name on the invoice when a business buys
 * @param vatId as given; checked by the tax policy
 * @param metadata the embedder's own, not interpreted
 */
public record Customer(
    UUID id,
    String name,
    String email,
    Currency currency,
    BillingCalendar calendar,
    String group,
    String language,
    @Nullable String company,
    Address address,
    @Nullable String vatId,
    Map<String, String> metadata,
    Instant createdAt) {}

package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.json.Json;

/**
 * An invoice with all that can be computed of it before it has its number: others wait for theirs
 * from the moment at which it gets one.
 *
 * @param rest the hash of all but the number, in hexadecimal digits; see {@link ContentHash#rest}
 * @param groups its tax groups as JSON
 * @param buyer its buyer as JSON
 */
record ReadyInvoice(PreparedInvoice invoice, String rest, Json groups, Json buyer) {}

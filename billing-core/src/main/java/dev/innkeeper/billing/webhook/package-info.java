/**
 * Events brought to receivers over HTTP by the Standard Webhooks scheme: signed, retried, in order
 * for each customer, at least once. The only package of the engine that opens connections of its
 * own.
 */
@NullMarked
package dev.innkeeper.billing.webhook;

import org.jspecify.annotations.NullMarked;

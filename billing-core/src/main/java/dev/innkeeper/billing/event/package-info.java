/**
 * Everything that happens, stored with the change that caused it and delivered to hooks afterwards,
 * in order for each customer, at least once.
 */
@NullMarked
package dev.innkeeper.billing.event;

import org.jspecify.annotations.NullMarked;

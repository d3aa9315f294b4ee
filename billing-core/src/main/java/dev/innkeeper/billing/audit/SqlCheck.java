package dev.innkeeper.billing.audit;

/**
 * A promise as a query.
 *
 * @param sql gives one text column, a row for every place where the promise is broken
 */
record SqlCheck(String name, String promise, String sql) {}

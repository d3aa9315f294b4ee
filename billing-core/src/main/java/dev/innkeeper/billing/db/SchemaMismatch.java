package dev.innkeeper.billing.db;

/**
 * The database's schema does not belong to this version of the engine; the message says the way
 * out.
 */
public final class SchemaMismatch extends RuntimeException {
  SchemaMismatch(String message) {
    super(message);
  }
}

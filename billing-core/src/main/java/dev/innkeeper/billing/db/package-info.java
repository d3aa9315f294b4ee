/**
 * The engine's way to PostgreSQL: transactions that nest, a schema of its own, migrations, and
 * commands that take effect once. Public for the engine's other packages, not for its users.
 */
@NullMarked
package dev.innkeeper.billing.db;

import org.jspecify.annotations.NullMarked;

/** The server's own tables, and where its PostgreSQL comes from. */
@NullMarked
package dev.innkeeper.server.store;

import org.jspecify.annotations.NullMarked;

/**
 * PostgreSQL without an installation: the binaries come from Maven Central, the data stay in a
 * folder of the caller's.
 */
@NullMarked
package dev.innkeeper.postgres;

import org.jspecify.annotations.NullMarked;

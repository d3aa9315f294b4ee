/** The reference server: the engine wired to a database, REST, pages and a command line. */
@NullMarked
package dev.innkeeper.server;

import org.jspecify.annotations.NullMarked;

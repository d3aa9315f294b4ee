/** What runs while the server runs, and what REST and pages stand on. */
@NullMarked
package dev.innkeeper.server.runtime;

import org.jspecify.annotations.NullMarked;

/** The clock of a trial, which can be moved. */
@NullMarked
package dev.innkeeper.server.time;

import org.jspecify.annotations.NullMarked;

/** The commands of ./innkeeper. */
@NullMarked
package dev.innkeeper.server.cli;

import org.jspecify.annotations.NullMarked;

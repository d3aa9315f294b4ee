/** How the command line and the demo speak to a server: through its public API. */
@NullMarked
package dev.innkeeper.server.client;

import org.jspecify.annotations.NullMarked;

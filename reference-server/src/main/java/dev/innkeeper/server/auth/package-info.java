/** Who asks: sign-in, sessions, API tokens, and what protects them. */
@NullMarked
package dev.innkeeper.server.auth;

import org.jspecify.annotations.NullMarked;

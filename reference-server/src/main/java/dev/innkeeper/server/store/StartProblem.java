package dev.innkeeper.server.store;

import org.jspecify.annotations.Nullable;

/** The server can't start as things are; the message says what to do about it. */
public final class StartProblem extends RuntimeException {
  public StartProblem(String message) {
    this(message, null);
  }

  public StartProblem(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}

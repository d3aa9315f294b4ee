package dev.innkeeper.server.config;

/** The configuration can't be used; the message names where it is, the key, and the way out. */
public final class ConfigProblem extends RuntimeException {
  public ConfigProblem(String message) {
    super(message);
  }
}

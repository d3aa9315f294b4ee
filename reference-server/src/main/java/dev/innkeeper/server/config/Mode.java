package dev.innkeeper.server.config;

/** What the server is for. */
public enum Mode {
  /** Trying out: the clock can be moved and cards are a sandbox's. */
  TRIAL,
  /** Real money: the clock is the machine's, and nothing can move it. */
  PRODUCTION
}

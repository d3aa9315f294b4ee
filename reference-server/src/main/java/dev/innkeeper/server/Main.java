package dev.innkeeper.server;

import dev.innkeeper.server.cli.InnkeeperCommand;

/** The entry of {@code ./innkeeper}. */
public final class Main {
  private Main() {}

  /** Runs a command and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(InnkeeperCommand.execute(arguments));
  }
}

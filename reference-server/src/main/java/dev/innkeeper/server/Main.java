package dev.innkeeper.server;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line's entry. */
@Command(
    name = "innkeeper",
    description = "It keeps the tab for everything you host.",
    mixinStandardHelpOptions = true,
    version = "innkeeper 0.1.0-SNAPSHOT")
public final class Main implements Runnable {

  /** Runs a command and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Main()).execute(arguments));
  }

  @Override
  public void run() {
    CommandLine.usage(this, System.out);
  }
}

package dev.innkeeper.server.demo;

import java.io.PrintStream;

/** Prints a story in two columns: what happens, and what it comes to. Not thread-safe. */
final class Narrator {
  private static final int WIDTH = 66;

  private final PrintStream out;

  Narrator(PrintStream out) {
    this.out = out;
  }

  void chapter(String day, String title) {
    out.println();
    out.println(day + "  " + title);
    out.flush();
  }

  void say(String text) {
    out.println("  " + text);
    out.flush();
  }

  void say(String text, String sum) {
    String padded = text.length() >= WIDTH ? text + " " : text + " ".repeat(WIDTH - text.length());
    out.println("  " + padded + " ".repeat(Math.max(0, 12 - sum.length())) + sum);
    out.flush();
  }
}

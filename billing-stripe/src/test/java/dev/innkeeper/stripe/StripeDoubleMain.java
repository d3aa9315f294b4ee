package dev.innkeeper.stripe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;

/**
 * Runs the double as a process of its own, until its standard input ends. Prints its address, and
 * keeps what it knows in the file that it is given.
 */
public final class StripeDoubleMain {
  private StripeDoubleMain() {}

  public static void main(String[] arguments) throws IOException {
    Path file = arguments.length > 0 ? Path.of(arguments[0]) : null;
    try (StripeDouble stripe = new StripeDouble(Clock.systemUTC())) {
      if (file != null && Files.exists(file)) {
        String state = Files.readString(file);
        stripe.with(
            b -> {
              b.restore(state);
              return null;
            });
      }
      System.out.println(stripe.address());
      System.out.flush();
      while (System.in.read() >= 0) {
        // Nobody says anything; the end of it is what is waited for.
      }
      if (file != null) {
        Files.writeString(file, stripe.with(StripeBooks::state));
      }
    }
  }
}

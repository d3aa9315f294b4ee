package dev.innkeeper.server.cli;

import dev.innkeeper.billing.db.SchemaMismatch;
import dev.innkeeper.billing.problem.BillingException;
import dev.innkeeper.server.client.ApiProblem;
import dev.innkeeper.server.config.ConfigProblem;
import dev.innkeeper.server.store.StartProblem;
import java.io.PrintWriter;
import java.io.StringWriter;

/** What a failed command prints, and the code it exits with. */
final class Exits {
  static final int FAILED = 1;
  static final int USAGE = 2;

  private Exits() {}

  /** A sentence for what a person can mend; a stack trace for what is our fault. */
  static String describe(Exception failure) {
    if (failure instanceof ConfigProblem
        || failure instanceof StartProblem
        || failure instanceof SchemaMismatch
        || failure instanceof ApiProblem
        || failure instanceof BillingException) {
      return "innkeeper: " + failure.getMessage();
    }
    StringWriter trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace));
    return "innkeeper: this should not have happened:\n" + trace;
  }

  static int code(Exception failure) {
    return failure instanceof ConfigProblem ? USAGE : FAILED;
  }
}

package dev.innkeeper.server.provisioning;

import dev.innkeeper.provisioner.Outcome;
import dev.innkeeper.provisioner.Provisioner;
import dev.innkeeper.provisioner.ResourceRef;
import dev.innkeeper.provisioner.ResourceSpec;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One try at bringing one resource to what is desired. */
record Attempt(Optional<Provisioner> provisioner, ResourceStore.Stored row) {
  private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);
  private static final int MESSAGE_LENGTH_MAX = 1000;

  Outcome make() {
    if (provisioner.isEmpty()) {
      return Outcome.unreachable(Orchestrator.notLoaded(row.resource().provisioner()));
    }
    try {
      return shortened(within(provisioner.get(), () -> call(provisioner.get())));
    } catch (RuntimeException | LinkageError e) {
      LOG.warn("provisioner of {} failed", row.resource().id(), e);
      return shortened(Outcome.transientFailure(e.toString()));
    }
  }

  private Outcome call(Provisioner with) {
    ResourceRef ref = Differences.ref(row.resource());
    return switch (row.resource().desired()) {
      case RUNNING -> run(with);
      case SUSPENDED -> with.ensureSuspended(ref);
      case ABSENT -> with.ensureAbsent(ref);
    };
  }

  private Outcome run(Provisioner with) {
    ResourceSpec spec;
    try {
      spec = Differences.spec(row);
    } catch (IllegalArgumentException e) {
      return Outcome.permanent(String.valueOf(e.getMessage()));
    }
    return with.ensureRunning(spec);
  }

  /** What its owner should know, asked for when something may have changed. */
  Map<String, String> facts(Outcome outcome) {
    if (provisioner.isEmpty()
        || !(outcome instanceof Outcome.Ready)
        || row.resource().desired() == DesiredState.ABSENT) {
      return row.resource().facts();
    }
    try {
      Map<String, String> seen =
          within(
              provisioner.get(),
              () -> provisioner.get().observe(Differences.ref(row.resource())).facts());
      return seen.isEmpty() ? row.resource().facts() : seen;
    } catch (RuntimeException | LinkageError e) {
      LOG.debug("can't observe {}", row.resource().id(), e);
      return row.resource().facts();
    }
  }

  /** Client libraries look for their parts through the thread's class loader: the plugin's. */
  static <T> T within(Provisioner provisioner, Supplier<T> call) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(provisioner.getClass().getClassLoader());
    try {
      return call.get();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static Outcome shortened(Outcome outcome) {
    if (outcome instanceof Outcome.Failed failed
        && failed.message().length() > MESSAGE_LENGTH_MAX) {
      return new Outcome.Failed(
          failed.message().substring(0, MESSAGE_LENGTH_MAX) + " …", failed.cause());
    }
    return outcome;
  }
}

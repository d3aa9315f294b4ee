package dev.innkeeper.provisioner.swarm;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Frame;
import dev.innkeeper.provisioner.ResourceId;
import dev.innkeeper.provisioner.capability.Commandable.Command;
import dev.innkeeper.provisioner.capability.Commandable.Result;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Relays commands into containers, and reads what they wrote. */
final class Commands {
  private static final int LOG_BYTES_MAX = 1 << 20;
  private static final int LOG_LINES_MAX = 10_000;
  private static final int LOG_TIMEOUT_SECONDS = 20;
  private static final int END_TRIES = 3;
  private static final int END_TIMEOUT_SECONDS = 5;

  /**
   * Ends all that carries the mark, which is its first argument: what was begun, and what that
   * began. The engine itself has no way to end what runs in a container.
   */
  private static final String END_MARKED =
      "{ for e in /proc/[0-9]*/environ; do if tr '\\0' '\\n' <$e | grep -qxF -- \"$1\"; then"
          + " p=${e#/proc/}; kill -9 ${p%/environ}; fi; done; } 2>/dev/null";

  private static final Logger LOG = LoggerFactory.getLogger(Commands.class);

  private final Set<String> allowed;

  Commands(Set<String> allowed) {
    this.allowed = allowed;
  }

  Set<String> allowed() {
    return allowed;
  }

  Result run(Engine engine, ResourceId id, Command command) {
    String program = command.words().get(0);
    if (!allowed.contains(program)) {
      return new Result.Refused("'" + program + "' is not allowed here; allowed are " + allowed);
    }
    Optional<Container> container =
        engine.containersOf(id).stream().filter(SwarmProvisioner::isRunning).findFirst();
    if (container.isEmpty()) {
      return new Result.Refused("it does not run now");
    }
    String mark = "INNKEEPER_COMMAND=" + UUID.randomUUID();
    String exec = engine.createExec(container.get(), command.words(), List.of(mark));
    try (Output output = new Output(command.outputBytesMax())) {
      engine.startExec(exec, output);
      boolean ended = output.awaitCompletion(command.timeout().toMillis(), TimeUnit.MILLISECONDS);
      if (!ended) {
        return new Result.TimedOut(output.text(), end(engine, container.get(), exec, mark));
      }
      Long exitCode = engine.exitCodeOf(exec);
      return new Result.Ended(
          exitCode == null ? -1 : Math.toIntExact(exitCode), output.text(), output.cut());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Result.TimedOut("", false);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Ends a command from within its container; false when the container has no shell to do it. */
  private static boolean end(Engine engine, Container container, String exec, String mark)
      throws InterruptedException {
    try {
      for (int tries = 0; tries < END_TRIES && engine.isRunning(exec); tries++) {
        String ending =
            engine.createExec(container, List.of("sh", "-c", END_MARKED, "sh", mark), List.of());
        try (Output unused = new Output(1)) {
          engine.startExec(ending, unused);
          if (!unused.awaitCompletion(END_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            return false;
          }
        }
      }
      return !engine.isRunning(exec);
    } catch (RuntimeException | java.io.IOException e) {
      LOG.warn("a command in container {} can't be ended: {}", container.getId(), e.toString());
      return false;
    }
  }

  List<String> logs(Engine engine, ResourceId id, int linesMax) {
    if (linesMax < 1 || linesMax > LOG_LINES_MAX) {
      throw new IllegalArgumentException("linesMax: must be from 1 to " + LOG_LINES_MAX);
    }
    // The latest container comes first.
    Optional<Container> container = engine.containersOf(id).stream().findFirst();
    if (container.isEmpty()) {
      return List.of();
    }
    try (Output output = new Output(LOG_BYTES_MAX)) {
      engine.logs(container.get(), linesMax, output);
      boolean unused = output.awaitCompletion(LOG_TIMEOUT_SECONDS, TimeUnit.SECONDS);
      return output.text().lines().toList();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Keeps as much as is wanted and forgets the rest. */
  private static final class Output extends ResultCallback.Adapter<Frame> {
    private final int bytesMax;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private boolean more;

    Output(int bytesMax) {
      this.bytesMax = bytesMax;
    }

    @Override
    public synchronized void onNext(Frame frame) {
      byte[] bytes = frame.getPayload();
      int room = Math.min(bytes.length, bytesMax - kept.size());
      kept.write(bytes, 0, room);
      more |= room < bytes.length;
    }

    synchronized String text() {
      return kept.toString(StandardCharsets.UTF_8);
    }

    synchronized boolean cut() {
      return more;
    }
  }
}

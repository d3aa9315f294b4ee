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
import java.util.concurrent.TimeUnit;

/** Relays commands into containers, and reads what they wrote. */
final class Commands {
  private static final int LOG_BYTES_MAX = 1 << 20;
  private static final int LOG_LINES_MAX = 10_000;
  private static final int LOG_TIMEOUT_SECONDS = 20;

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
    String exec = engine.createExec(container.get(), command.words());
    try (Output output = new Output(command.outputBytesMax())) {
      engine.startExec(exec, output);
      boolean ended = output.awaitCompletion(command.timeout().toMillis(), TimeUnit.MILLISECONDS);
      if (!ended) {
        return new Result.TimedOut(output.text());
      }
      Long exitCode = engine.exitCodeOf(exec);
      return new Result.Ended(
          exitCode == null ? -1 : Math.toIntExact(exitCode), output.text(), output.cut());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Result.TimedOut("");
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
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

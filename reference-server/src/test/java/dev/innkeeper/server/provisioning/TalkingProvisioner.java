package dev.innkeeper.server.provisioning;

import dev.innkeeper.provisioner.ResourceRef;
import dev.innkeeper.provisioner.capability.Commandable;
import dev.innkeeper.provisioner.capability.StatsStream;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/** A world in memory that takes commands and tells what it uses. */
final class TalkingProvisioner extends ScriptedProvisioner implements Commandable, StatsStream {
  final List<Command> commands = new CopyOnWriteArrayList<>();
  final AtomicInteger watchers = new AtomicInteger();
  volatile Function<Command, Result> answer =
      command -> new Result.Ended(0, String.join(" ", command.words()) + "\n", false);

  @Override
  public Result run(ResourceRef ref, Command command) {
    commands.add(command);
    return answer.apply(command);
  }

  @Override
  public Set<String> allowedPrograms() {
    return Set.of("echo", "date");
  }

  @Override
  public Stream watch(ResourceRef ref, Duration interval, Consumer<Sample> samples) {
    watchers.incrementAndGet();
    return new Stream() {
      @Override
      public boolean open() {
        return true;
      }

      @Override
      public void close() {
        watchers.decrementAndGet();
      }
    };
  }
}

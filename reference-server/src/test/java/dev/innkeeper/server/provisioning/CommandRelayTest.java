package dev.innkeeper.server.provisioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.problem.NotFound;
import dev.innkeeper.billing.subscription.Subscription;
import dev.innkeeper.provisioner.capability.Commandable.Result;
import dev.innkeeper.provisioner.capability.StatsStream;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CommandRelayTest {
  private ProvisioningBench bench;
  private TalkingProvisioner site;
  private Orchestrator orchestrator;
  private CommandRelay relay;
  private Subscription sub;

  @BeforeEach
  void open() {
    bench = new ProvisioningBench();
    site = new TalkingProvisioner();
    orchestrator = bench.orchestrator("a", site);
    relay = orchestrator.relay();
    sub = bench.start("my-pub", "1");
    bench.settle(orchestrator);
  }

  @AfterEach
  void close() {
    orchestrator.close();
    bench.close();
  }

  private CommandRelay.Answer run(String line) {
    return relay.run(bench.customerId, sub.id(), "ada@example.org", CommandRelay.words(line));
  }

  private List<CommandRelay.Entry> history() {
    return relay.history(bench.customerId, sub.id(), 10);
  }

  @Test
  void whatRanIsWrittenDownWithWhoHadItRun() {
    CommandRelay.Answer answer = run("echo 'a  b' \"c'd\" e''f");
    assertThat(answer.output()).isEqualTo("echo a  b c'd ef\n");
    assertThat(site.commands).hasSize(1);
    assertThat(site.commands.get(0).outputBytesMax()).isEqualTo(64 << 10);
    assertThat(history())
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.actor()).isEqualTo("ada@example.org");
              assertThat(entry.words()).containsExactly("echo", "a  b", "c'd", "ef");
              assertThat(entry.outcome()).isEqualTo(CommandRelay.Outcome.ENDED);
              assertThat(entry.exitCode()).isZero();
            });
    assertThat(relay.allowed(orchestrator.resources().get(bench.customerId, sub.id())))
        .containsExactly("date", "echo");
  }

  @Test
  void whatWasRefusedTimedOutOrFailedIsWrittenDownToo() {
    site.answer = command -> new Result.Refused("'rm' is not allowed here");
    assertThat(run("rm x").entry().message()).isEqualTo("'rm' is not allowed here");
    bench.engineClock.advance(java.time.Duration.ofSeconds(1));
    site.answer = command -> new Result.TimedOut("so far", true);
    assertThat(run("sleep 99").output()).isEqualTo("so far");
    assertThat(history().get(0).message()).isEqualTo("it did not end within 30 s and was ended");
    bench.engineClock.advance(java.time.Duration.ofSeconds(1));
    site.answer = command -> new Result.TimedOut("so far", false);
    assertThat(run("sleep 99").entry().message())
        .isEqualTo("it did not end within 30 s and may still run");
    bench.engineClock.advance(java.time.Duration.ofSeconds(1));
    site.answer =
        command -> {
          throw new IllegalStateException("the engine is away");
        };
    assertThat(run("date").entry().message()).contains("the engine is away");
    assertThat(history())
        .extracting(CommandRelay.Entry::outcome)
        .containsExactly(
            CommandRelay.Outcome.FAILED,
            CommandRelay.Outcome.TIMED_OUT,
            CommandRelay.Outcome.TIMED_OUT,
            CommandRelay.Outcome.REFUSED);
  }

  @Test
  void onlyTheOwnersOwnThingThatRunsTakesCommands() {
    assertThatThrownBy(() -> relay.run(UUID.randomUUID(), sub.id(), "mallory", List.of("echo")))
        .isInstanceOf(NotFound.class);
    bench.engine.subscriptions().suspend(bench.customerId, sub.id(), "unpaid");
    bench.settle(orchestrator);
    assertThatThrownBy(() -> run("echo hello"))
        .isInstanceOf(NotAllowed.class)
        .hasMessageContaining("does not run now");
    assertThat(site.commands).isEmpty();
    assertThat(history()).isEmpty();
  }

  @Test
  void unfitCommandsAreRefusedBeforeAnythingHappens() {
    assertThatThrownBy(() -> run("  ")).isInstanceOf(InvalidInput.class);
    assertThatThrownBy(() -> run("echo 'open")).hasMessageContaining("not closed");
    assertThatThrownBy(() -> run("echo " + "a".repeat(5000))).isInstanceOf(InvalidInput.class);
    List<String> many = Collections.nCopies(51, "a");
    assertThatThrownBy(() -> relay.run(bench.customerId, sub.id(), "ada", many))
        .hasMessageContaining("at most 50 words");
    assertThat(site.commands).isEmpty();
  }

  @Test
  void oneAtATimeForEachResource() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    site.answer =
        command -> {
          inside.countDown();
          try {
            assertThat(go.await(20, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return new Result.Ended(0, "", false);
        };
    ExecutorService other = Executors.newSingleThreadExecutor();
    try {
      Future<?> first = other.submit(() -> run("date"));
      assertThat(inside.await(20, TimeUnit.SECONDS)).isTrue();
      assertThatThrownBy(() -> run("date")).hasMessageContaining("another command runs");
      assertThat(history())
          .extracting(CommandRelay.Entry::outcome)
          .containsExactly(CommandRelay.Outcome.STARTED);
      go.countDown();
      first.get(20, TimeUnit.SECONDS);
      run("date");
    } finally {
      other.shutdownNow();
    }
    assertThat(history()).hasSize(2);
  }

  @Test
  void watchersAreCountedAndLetGoOnce() {
    Resource resource = orchestrator.resources().get(bench.customerId, sub.id());
    assertThat(orchestrator.liveStats().canWatch(resource)).isTrue();
    List<StatsStream.Stream> open = new java.util.ArrayList<>();
    for (int i = 0; i < 200; i++) {
      open.add(orchestrator.liveStats().watch(resource, sample -> {}).orElseThrow());
    }
    assertThatThrownBy(() -> orchestrator.liveStats().watch(resource, sample -> {}))
        .isInstanceOf(NotAllowed.class);
    open.get(0).close();
    open.get(0).close();
    open.add(orchestrator.liveStats().watch(resource, sample -> {}).orElseThrow());
    assertThatThrownBy(() -> orchestrator.liveStats().watch(resource, sample -> {}))
        .isInstanceOf(NotAllowed.class);
    open.forEach(StatsStream.Stream::close);
    assertThat(site.watchers).hasValue(0);
  }
}

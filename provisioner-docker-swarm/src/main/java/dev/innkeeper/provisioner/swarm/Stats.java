package dev.innkeeper.provisioner.swarm;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.CpuStatsConfig;
import com.github.dockerjava.api.model.MemoryStatsConfig;
import com.github.dockerjava.api.model.StatisticNetworksConfig;
import com.github.dockerjava.api.model.Statistics;
import dev.innkeeper.provisioner.capability.StatsStream;
import dev.innkeeper.provisioner.capability.StatsStream.Sample;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Turns what the engine counts into samples. */
final class Stats {
  private Stats() {}

  /** Nothing runs, so nothing will come. */
  static StatsStream.Stream closed() {
    Flow flow = new Flow(Clock.systemUTC(), Duration.ofSeconds(1), sample -> {});
    flow.close();
    return flow;
  }

  static StatsStream.Stream watch(
      Engine engine, Container container, Duration interval, Consumer<Sample> samples) {
    Flow flow = new Flow(Clock.systemUTC(), interval, samples);
    engine.stats(container, flow);
    return flow;
  }

  /** The engine sends one a second; those between are left out. */
  private static final class Flow extends ResultCallback.Adapter<Statistics>
      implements StatsStream.Stream {
    private final Clock clock;
    private final Duration interval;
    private final Consumer<Sample> samples;
    private final AtomicBoolean open = new AtomicBoolean(true);
    private @Nullable Instant last;

    Flow(Clock clock, Duration interval, Consumer<Sample> samples) {
      this.clock = clock;
      this.interval = interval;
      this.samples = samples;
    }

    @Override
    public synchronized void onNext(Statistics seen) {
      Instant now = clock.instant();
      // The engine's second may be a little short.
      boolean due = last == null || !now.plusMillis(300).isBefore(last.plus(interval));
      if (open.get() && due && isComplete(seen)) {
        last = now;
        samples.accept(sample(now, seen));
      }
    }

    @Override
    public void onError(Throwable failure) {
      open.set(false);
      super.onError(failure);
    }

    @Override
    public void onComplete() {
      open.set(false);
      super.onComplete();
    }

    @Override
    public boolean open() {
      return open.get();
    }

    @Override
    public void close() {
      open.set(false);
      try {
        super.close();
      } catch (IOException e) {
        // It is as closed as it gets.
        return;
      }
    }
  }

  /** The first answer has no processor time before it, that of a stopped container none at all. */
  private static boolean isComplete(Statistics seen) {
    CpuStatsConfig before = seen.getPreCpuStats();
    CpuStatsConfig now = seen.getCpuStats();
    return before != null
        && now != null
        && before.getSystemCpuUsage() != null
        && now.getSystemCpuUsage() != null
        && now.getCpuUsage() != null
        && before.getCpuUsage() != null;
  }

  private static Sample sample(Instant at, Statistics seen) {
    return new Sample(
        at,
        cpuMillis(seen),
        memoryBytes(seen.getMemoryStats()),
        bytes(seen, StatisticNetworksConfig::getRxBytes),
        bytes(seen, StatisticNetworksConfig::getTxBytes));
  }

  private static long cpuMillis(Statistics seen) {
    CpuStatsConfig now = seen.getCpuStats();
    CpuStatsConfig before = seen.getPreCpuStats();
    long used = total(now) - total(before);
    long whole = number(now.getSystemCpuUsage()) - number(before.getSystemCpuUsage());
    long cores = Math.max(1, number(now.getOnlineCpus()));
    return whole <= 0 || used <= 0 ? 0 : Math.round(1000.0 * cores * used / whole);
  }

  private static long total(CpuStatsConfig cpu) {
    return cpu.getCpuUsage() == null ? 0 : number(cpu.getCpuUsage().getTotalUsage());
  }

  /** Without the file cache that would be given up first. */
  private static long memoryBytes(@Nullable MemoryStatsConfig memory) {
    if (memory == null) {
      return 0;
    }
    long cached =
        Optional.ofNullable(memory.getStats())
            .map(
                stats ->
                    Math.max(number(stats.getInactiveFile()), number(stats.getTotalInactiveFile())))
            .orElse(0L);
    return Math.max(0, number(memory.getUsage()) - cached);
  }

  private static long bytes(Statistics seen, ToLongFunction<StatisticNetworksConfig> each) {
    Map<String, StatisticNetworksConfig> networks = seen.getNetworks();
    return networks == null ? 0 : networks.values().stream().mapToLong(each).sum();
  }

  private static long number(@Nullable Long value) {
    return value == null ? 0 : value;
  }
}

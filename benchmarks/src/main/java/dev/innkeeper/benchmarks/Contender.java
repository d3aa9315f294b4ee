package dev.innkeeper.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Something that is measured, round by round, between the other contenders. */
final class Contender {
  /** Does one piece of work for a client. */
  interface Work {
    /** How many transfers (or rows) it did. */
    int step(int client) throws Exception;
  }

  /** What one client saw. */
  private static final class Seen {
    final long done;
    final long[] nanos;

    Seen(long done, long[] nanos) {
      this.done = done;
      this.nanos = nanos;
    }
  }

  final String name;
  private final int clients;
  private final Work work;
  private final List<Double> rates = new ArrayList<>();
  private final List<Double> javaMicros = new ArrayList<>();
  private final List<Double> postgresMicros = new ArrayList<>();
  private final List<long[]> latencies = new ArrayList<>();

  Contender(String name, int clients, Work work) {
    this.name = name;
    this.clients = clients;
    this.work = work;
  }

  /** Runs all clients for a while; the first time is for warming up. */
  void round(long millis, CpuClock cpu, boolean counts) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    try {
      CpuClock.Used before = cpu.read();
      long begin = System.nanoTime();
      long end = begin + millis * 1_000_000;
      List<Callable<Seen>> jobs = new ArrayList<>();
      for (int c = 0; c < clients; c++) {
        int client = c;
        jobs.add(() -> client(client, end));
      }
      long done = 0;
      for (Future<Seen> future : threads.invokeAll(jobs)) {
        Seen seen = future.get();
        done += seen.done;
        if (counts) {
          latencies.add(seen.nanos);
        }
      }
      if (counts) {
        rates.add(done * 1e9 / (System.nanoTime() - begin));
        CpuClock.Used used = cpu.read().minus(before);
        javaMicros.add(used.javaNanos() / 1e3 / done);
        postgresMicros.add(used.postgresNanos() / 1e3 / done);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private Seen client(int client, long end) throws Exception {
    long done = 0;
    long[] nanos = new long[1024];
    int steps = 0;
    long now = System.nanoTime();
    while (now < end) {
      done += work.step(client);
      long after = System.nanoTime();
      if (steps == nanos.length) {
        nanos = Arrays.copyOf(nanos, 2 * steps);
      }
      nanos[steps++] = after - now;
      now = after;
    }
    return new Seen(done, Arrays.copyOf(nanos, steps));
  }

  /** Median of the rounds, per second. */
  double rate() {
    return median(rates);
  }

  /** Processor time of this JVM for one transfer, in microseconds. */
  double javaMicros() {
    return median(javaMicros);
  }

  /** Processor time of the server's processes for one transfer, in microseconds. */
  double postgresMicros() {
    return median(postgresMicros);
  }

  /** A percentile of the steps of all rounds, in milliseconds. */
  double latencyMillis(double percentile) {
    long[] all = latencies.stream().flatMapToLong(Arrays::stream).sorted().toArray();
    return all.length == 0 ? 0 : all[(int) Math.min(all.length - 1, all.length * percentile)] / 1e6;
  }

  /** Median over the rounds of this one's rate over the other's: both saw the same weather. */
  double ratioTo(Contender other) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < rates.size(); i++) {
      ratios.add(rates.get(i) / other.rates.get(i));
    }
    return median(ratios);
  }

  static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }
}

package dev.innkeeper.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** Counts processor time, which says more than rates do on a machine that others use as well. */
final class CpuClock {
  private final ProcessHandle postmaster;

  /** What was used so far, in nanoseconds. Server processes that ended are not in it. */
  record Used(long javaNanos, long postgresNanos) {
    Used minus(Used other) {
      return new Used(javaNanos - other.javaNanos, postgresNanos - other.postgresNanos);
    }
  }

  CpuClock(Path dataFolder) throws IOException {
    String pid = Files.readAllLines(dataFolder.resolve("postmaster.pid")).get(0).strip();
    this.postmaster = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
  }

  Used read() {
    long java =
        ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
            .getProcessCpuTime();
    try (Stream<ProcessHandle> processes = postmaster.children()) {
      long postgres =
          processes
              .map(p -> p.info().totalCpuDuration().orElse(Duration.ZERO))
              .mapToLong(Duration::toNanos)
              .sum();
      return new Used(java, postgres);
    }
  }
}

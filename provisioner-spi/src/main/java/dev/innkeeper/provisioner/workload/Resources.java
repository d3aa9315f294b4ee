package dev.innkeeper.provisioner.workload;

/**
 * What a workload may use at most.
 *
 * @param cpuMillis thousandths of a processor core
 * @param memoryMegabytes in units of 1,048,576 bytes
 */
public record Resources(long cpuMillis, long memoryMegabytes) {
  private static final long CPU_MILLIS_MAX = 1_000_000;
  private static final long MEMORY_MEGABYTES_MAX = 64L * 1024 * 1024;

  public Resources {
    Check.range("cpuMillis", cpuMillis, 1, CPU_MILLIS_MAX);
    Check.range("memoryMegabytes", memoryMegabytes, 1, MEMORY_MEGABYTES_MAX);
  }

  public long memoryBytes() {
    return memoryMegabytes << 20;
  }
}

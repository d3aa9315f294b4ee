package dev.innkeeper.provisioner.capability;

import dev.innkeeper.provisioner.ResourceRef;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;

/** Tells, while somebody watches, what a running resource uses. */
public interface StatsStream {

  /**
   * Sends samples until the stream is closed or the resource stops.
   *
   * @param interval at least a second, the wanted distance of samples
   * @param samples called on a thread of the provisioner's; must not block
   */
  Stream watch(ResourceRef ref, Duration interval, Consumer<Sample> samples);

  /** A stream that flows until it is closed. */
  interface Stream extends AutoCloseable {
    /** Whether samples may still come. */
    boolean open();

    @Override
    void close();
  }

  /**
   * What was in use at one instant.
   *
   * @param cpuMillis thousandths of a core, since the sample before
   * @param memoryBytes in use
   * @param receivedBytes over the network since the start
   * @param sentBytes over the network since the start
   */
  record Sample(Instant at, long cpuMillis, long memoryBytes, long receivedBytes, long sentBytes) {}
}

package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.problem.InvalidInput;
import java.util.function.Consumer;

/**
 * How a billing run goes: start with {@link #standard}, refine with the {@code with…} methods.
 *
 * @param workers threads, 1 to 64; each needs a database connection
 * @param chunkSize customers of one transaction, 1 to 5,000; about 1,000 is fastest
 * @param progress called after every chunk, by the thread that did it; must be quick
 */
public record RunOptions(int workers, int chunkSize, Consumer<RunProgress> progress) {
  private static final int WORKERS_MAX = 64;
  private static final int CHUNK_SIZE_MAX = 5_000;
  private static final int CHUNK_SIZE = 1_000;

  public RunOptions {
    if (workers < 1 || workers > WORKERS_MAX) {
      throw new InvalidInput("workers", "must be 1 to " + WORKERS_MAX);
    }
    if (chunkSize < 1 || chunkSize > CHUNK_SIZE_MAX) {
      throw new InvalidInput("chunkSize", "must be 1 to " + CHUNK_SIZE_MAX);
    }
  }

  /** Two workers and chunks of 1,000 customers. */
  public static RunOptions standard() {
    return new RunOptions(2, CHUNK_SIZE, progress -> {});
  }

  public RunOptions withWorkers(int newWorkers) {
    return new RunOptions(newWorkers, chunkSize, progress);
  }

  public RunOptions withChunkSize(int newChunkSize) {
    return new RunOptions(workers, newChunkSize, progress);
  }

  public RunOptions withProgress(Consumer<RunProgress> newProgress) {
    return new RunOptions(workers, chunkSize, newProgress);
  }
}

package @package@;

import dev.innkeeper.provisioner.Provisioner;
import dev.innkeeper.provisioner.ResourceId;
import dev.innkeeper.provisioner.ResourceRef;
import dev.innkeeper.provisioner.contract.ContractWorld;
import dev.innkeeper.provisioner.contract.Faults;
import dev.innkeeper.provisioner.workload.CustomWorkload;
import dev.innkeeper.provisioner.workload.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/** What is really there, asked past the provisioner: here by looking into the folder. */
final class @Class@World implements ContractWorld {
  private final Path folder;

  @Class@World() throws IOException {
    folder = Files.createTempDirectory("@name@");
  }

  @Override
  public Provisioner open(Faults faults) {
    return new @Class@Provisioner(new FaultyBackend(folder, faults), "http://localhost");
  }

  @Override
  public Workload workload() {
    return new CustomWorkload(@Class@Provisioner.WORKLOAD, Map.of("size", "small"));
  }

  @Override
  public Optional<Workload> changedWorkload() {
    return Optional.of(new CustomWorkload(@Class@Provisioner.WORKLOAD, Map.of("size", "large")));
  }

  @Override
  public Workload refusedWorkload() {
    return new CustomWorkload(@Class@Provisioner.WORKLOAD, Map.of("size", "enormous"));
  }

  @Override
  public boolean serves(ResourceRef ref) {
    Path file = folderOf(ref).resolve("thing.txt");
    try {
      return Files.exists(file) && Files.readAllLines(file).get(2).equals("true");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public int copies(ResourceRef ref) {
    return Files.exists(folderOf(ref)) ? 1 : 0;
  }

  @Override
  public void leaveMark(ResourceRef ref) {
    try {
      Files.writeString(folderOf(ref).resolve("mark.txt"), "its owner was here");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean hasMark(ResourceRef ref) {
    return Files.exists(folderOf(ref).resolve("mark.txt"));
  }

  @Override
  public void tryToUndoSuspension(ResourceRef ref) {
    // Owners have no way into the folder. Yours may have one into the machine: try it here.
  }

  @Override
  public Duration patience() {
    return Duration.ofSeconds(5);
  }

  @Override
  public void close() {
    try (Stream<Path> everything = Files.walk(folder)) {
      everything.sorted(java.util.Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path folderOf(ResourceRef ref) {
    return folder.resolve(ref.id().toString());
  }

  /** A backend whose every change can go wrong. */
  private static final class FaultyBackend extends @Class@Backend {
    private final Faults faults;

    FaultyBackend(Path folder, Faults faults) {
      super(folder);
      this.faults = faults;
    }

    @Override
    void save(ResourceId id, Thing thing) throws IOException {
      effect(
          () -> {
            super.save(id, thing);
            return true;
          });
    }

    @Override
    void delete(ResourceId id) throws IOException {
      effect(
          () -> {
            super.delete(id);
            return true;
          });
    }

    private void effect(Callable<Boolean> change) throws IOException {
      try {
        faults.effect(change);
      } catch (IOException | RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IOException(e);
      }
    }
  }
}

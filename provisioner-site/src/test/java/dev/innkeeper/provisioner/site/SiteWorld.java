package dev.innkeeper.provisioner.site;

import dev.innkeeper.provisioner.Provisioner;
import dev.innkeeper.provisioner.ProvisionerContext;
import dev.innkeeper.provisioner.ResourceRef;
import dev.innkeeper.provisioner.contract.ContractWorld;
import dev.innkeeper.provisioner.contract.Faults;
import dev.innkeeper.provisioner.workload.CustomWorkload;
import dev.innkeeper.provisioner.workload.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;

/**
 * A folder, and a web server over it that no provisioner knows of: what the contract sees is what a
 * browser sees.
 */
final class SiteWorld implements ContractWorld {
  private final Path folder;
  private final SiteServer viewer;
  private final HttpClient browser = HttpClient.newHttpClient();

  SiteWorld(Path folder) throws IOException {
    this.folder = folder;
    this.viewer =
        SiteServer.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            new SiteStore(folder, new Disk()),
            "localhost",
            new Pages(Optional.of("https://billing.example.org/pay")));
  }

  @Override
  public Provisioner open(Faults faults) {
    ProvisionerContext context =
        new ProvisionerContext(
            "site",
            folder,
            Clock.systemUTC(),
            new SiteFactory().settings().read("", Map.of("port", "0")));
    return SiteFactory.create(context, new FaultyDisk(faults));
  }

  @Override
  public Workload workload() {
    return site("1", "path");
  }

  @Override
  public Optional<Workload> changedWorkload() {
    return Optional.of(site("2", "path"));
  }

  @Override
  public Workload refusedWorkload() {
    return site("none", "path");
  }

  static Workload site(String quotaMegabytes, String address) {
    return new CustomWorkload(
        SiteParameters.WORKLOAD_KIND, Map.of("quotaMegabytes", quotaMegabytes, "address", address));
  }

  @Override
  public boolean serves(ResourceRef ref) {
    return hasName(ref) && get(urlOf(ref)).statusCode() == 200;
  }

  @Override
  public int copies(ResourceRef ref) {
    boolean exists =
        hasName(ref)
            || Files.exists(folder.resolve("sites/" + ref.id() + ".properties"))
            || Files.exists(folder.resolve("content/" + ref.id()));
    return exists ? 1 : 0;
  }

  @Override
  public void leaveMark(ResourceRef ref) {
    write(folder.resolve("content/" + ref.id() + "/mark.txt"));
  }

  @Override
  public boolean hasMark(ResourceRef ref) {
    return get(urlOf(ref) + "mark.txt").statusCode() == 200;
  }

  @Override
  public void tryToUndoSuspension(ResourceRef ref) {
    for (String method : new String[] {"PUT", "DELETE", "POST"}) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(urlOf(ref) + "index.html"))
              .header("Authorization", "Bearer " + uploadKey(ref))
              .method(method, HttpRequest.BodyPublishers.ofString("mine again"))
              .build();
      send(request);
    }
  }

  @Override
  public void close() {
    viewer.close();
  }

  HttpResponse<String> send(HttpRequest request) {
    try {
      return browser.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  HttpResponse<String> get(String url) {
    return send(HttpRequest.newBuilder(URI.create(url)).build());
  }

  String urlOf(ResourceRef ref) {
    return "http://127.0.0.1:" + viewer.port() + "/sites/" + ref.name() + "/";
  }

  int port() {
    return viewer.port();
  }

  Path contentOf(ResourceRef ref) {
    return folder.resolve("content/" + ref.id());
  }

  String uploadKey(ResourceRef ref) {
    return read(folder.resolve("sites/" + ref.id() + ".properties"))
        .orElseThrow()
        .lines()
        .filter(line -> line.startsWith("uploadKey="))
        .findFirst()
        .orElseThrow()
        .substring("uploadKey=".length());
  }

  private boolean hasName(ResourceRef ref) {
    return read(folder.resolve("names/" + ref.name()))
        .filter(ref.id().toString()::equals)
        .isPresent();
  }

  private static Optional<String> read(Path file) {
    try {
      return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Path file) {
    try {
      Files.writeString(file, "mark");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A disk whose every change can go wrong. */
  private static final class FaultyDisk extends Disk {
    private final Faults faults;

    FaultyDisk(Faults faults) {
      this.faults = faults;
    }

    @Override
    void write(Path file, String temporaryPrefix, String content) throws IOException {
      effect(
          () -> {
            super.write(file, temporaryPrefix, content);
            return true;
          });
    }

    @Override
    boolean claim(Path file, String temporaryPrefix, String content) throws IOException {
      return effect(() -> super.claim(file, temporaryPrefix, content));
    }

    @Override
    void createFolder(Path target) throws IOException {
      effect(
          () -> {
            super.createFolder(target);
            return true;
          });
    }

    @Override
    void delete(Path fileOrEmptyFolder) throws IOException {
      effect(
          () -> {
            super.delete(fileOrEmptyFolder);
            return true;
          });
    }

    private boolean effect(java.util.concurrent.Callable<Boolean> work) throws IOException {
      try {
        return faults.effect(work);
      } catch (IOException | RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IOException(e);
      }
    }
  }
}

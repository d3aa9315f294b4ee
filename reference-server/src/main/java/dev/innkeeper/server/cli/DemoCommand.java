package dev.innkeeper.server.cli;

import dev.innkeeper.server.InnkeeperServer;
import dev.innkeeper.server.client.ApiClient;
import dev.innkeeper.server.config.ConfigKey;
import dev.innkeeper.server.config.ConfigReader;
import dev.innkeeper.server.config.ServerConfig;
import dev.innkeeper.server.demo.Story;
import dev.innkeeper.server.demo.StoryBroken;
import dev.innkeeper.server.store.StartProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "demo",
    description = {
      "Starts a trial server on the embedded PostgreSQL and plays two months of a small hoster",
      "through its API. Then it stays up until it is stopped, and keeps its data."
    })
final class DemoCommand implements Callable<Integer> {
  private static final String PLAYED = "demo.played";

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description = "the data folder; ${DEFAULT-VALUE} unless set")
  private Path data = Path.of("data", "demo");

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "the server's port, 0 for any free one; ${DEFAULT-VALUE} unless set")
  private int port = 8080;

  @Option(
      names = "--sites-port",
      paramLabel = "PORT",
      description =
          "the port the sites are served on, 0 for any free one; ${DEFAULT-VALUE} unless set")
  private int sitesPort = 8090;

  @Option(
      names = "--once",
      description = "ends after the story: exit code 0 if all of it was right")
  private boolean once;

  @Override
  public Integer call() throws InterruptedException {
    long startNanos = System.nanoTime();
    System.setProperty("innkeeper.log.level", "WARN");
    ServerConfig config = config();
    boolean played = Files.exists(config.dataFolder().resolve(PLAYED));
    boolean begun = Files.exists(config.dataFolder().resolve("postgres"));
    if (begun && !played) {
      throw new StartProblem(
          "the demo in "
              + config.dataFolder()
              + " was stopped before its end: delete the folder and start again, or choose another"
              + " with --data");
    }
    System.out.println("Starting a server in " + config.dataFolder() + " ...");
    InnkeeperServer server = InnkeeperServer.start(config);
    System.out.println("It listens on " + server.url() + " after " + seconds(startNanos) + " s.");
    if (!played && !play(server)) {
      server.close();
      return Exits.FAILED;
    }
    if (once) {
      server.close();
      return 0;
    }
    tell(server, played);
    ServeCommand.waitForEnd(server);
    return 0;
  }

  private ServerConfig config() {
    return new ConfigReader()
        .option(ConfigKey.MODE, "trial", "demo")
        .option(ConfigKey.TRIAL_CLOCK_START, Story.BEGIN, "demo")
        .option(ConfigKey.TRIAL_CLOCK_STANDS, "true", "demo")
        .option(ConfigKey.DATA_FOLDER, data, "--data")
        .option(ConfigKey.HTTP_PORT, port, "--port")
        .provisioner(
            "site",
            Map.of(
                "port",
                Integer.toString(sitesPort),
                "payUrl",
                port == 0 ? "" : "http://127.0.0.1:" + port + "/invoices"))
        .read();
  }

  private static boolean play(InnkeeperServer server) {
    long startNanos = System.nanoTime();
    Path folder = server.services().config().dataFolder();
    ApiClient admin =
        ApiClient.of(server.url())
            .withToken(read(folder.resolve(InnkeeperServer.ADMIN_TOKEN_FILE)));
    try {
      new Story(admin, System.out).play();
    } catch (StoryBroken e) {
      System.out.flush();
      System.err.println("innkeeper: the story broke: " + e.getMessage());
      return false;
    }
    write(folder.resolve(PLAYED));
    System.out.println();
    System.out.println(
        "Every amount is as worked out by hand in docs/demo.md. The story took "
            + seconds(startNanos)
            + " s.");
    // From here on the visitor's time passes as usual.
    server.services().trial().ifPresent(trial -> trial.run());
    return true;
  }

  private static void tell(InnkeeperServer server, boolean played) {
    Path folder = server.services().config().dataFolder();
    String[] admin = read(folder.resolve(InnkeeperServer.ADMIN_SIGN_IN_FILE)).split(" ", 2);
    System.out.println();
    if (played) {
      System.out.println(
          "The story was played before; this is its data. Delete " + folder + " to play it again.");
    }
    System.out.println("Look around at " + server.url());
    System.out.println(
        "  a customer   ada@example.org, ben@example.org, cleo@example.org   password "
            + Story.PASSWORD);
    System.out.println("  the admin    " + admin[0] + "   password " + admin[1]);
    System.out.println(
        "  let time pass: ./innkeeper clock advance P1M --data "
            + folder
            + ", or the admin's buttons");
    System.out.println("Ctrl-C stops it and keeps its data.");
    System.out.flush();
  }

  private static long seconds(long startNanos) {
    return Duration.ofNanos(System.nanoTime() - startNanos).toSeconds();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).trim();
    } catch (IOException e) {
      throw new StartProblem("can't read " + file + ": " + e, e);
    }
  }

  private static void write(Path file) {
    try {
      Files.writeString(file, "The demo's story was played in this folder.\n");
    } catch (IOException e) {
      throw new StartProblem("can't write " + file + ": " + e, e);
    }
  }
}

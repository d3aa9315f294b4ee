package dev.innkeeper.server.cli;

import dev.innkeeper.server.InnkeeperServer;
import dev.innkeeper.server.client.ApiClient;
import dev.innkeeper.server.config.ConfigKey;
import dev.innkeeper.server.config.ConfigProblem;
import dev.innkeeper.server.config.ConfigReader;
import dev.innkeeper.server.config.ServerConfig;
import dev.innkeeper.server.demo.PaymentDouble;
import dev.innkeeper.server.demo.Stage;
import dev.innkeeper.server.demo.Story;
import dev.innkeeper.server.demo.StoryBroken;
import dev.innkeeper.server.store.StartProblem;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "demo",
    description = {
      "Starts a trial server on the embedded PostgreSQL and plays two months of a small hoster",
      "through its API. Then it stays up until it is stopped, and keeps its data."
    })
final class DemoCommand implements Callable<Integer> {
  private static final String PLAYED = "demo.played";
  private static final String SITE = "site";
  private static final String DOCKER_SWARM = "docker-swarm";

  /** What the sites can run on. */
  static final class Kinds extends ArrayList<String> {
    private static final long serialVersionUID = 1;

    Kinds() {
      super(List.of(SITE, DOCKER_SWARM));
    }
  }

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description = "the data folder; data/demo unless set, data/demo-stripe for Stripe")
  private @Nullable Path chosenData;

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
      names = "--provisioner",
      paramLabel = "KIND",
      description = "what the sites run on: ${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE} unless set",
      completionCandidates = Kinds.class)
  private String provisioner = SITE;

  @Option(
      names = "--docker-host",
      paramLabel = "URL",
      description = "a swarm manager for docker-swarm; $DOCKER_HOST or ${DEFAULT-VALUE} unless set")
  private String dockerHost = "unix:///var/run/docker.sock";

  @Option(
      names = "--image",
      paramLabel = "IMAGE",
      description = "one with a busybox in it, for docker-swarm; ${DEFAULT-VALUE} unless set")
  private String image = "busybox:1";

  @Option(
      names = "--payments",
      paramLabel = "PROVIDER",
      description = {
        "sandbox: the built-in one, unless set; stripe: the plugin, with a test double of Stripe's",
        "that is started beside the server"
      })
  private Payments payments = Payments.SANDBOX;

  /** Who takes the money that is none. */
  enum Payments {
    SANDBOX,
    STRIPE
  }

  @Option(
      names = "--once",
      description = "ends after the story: exit code 0 if all of it was right")
  private boolean once;

  @Override
  public Integer call() throws InterruptedException, IOException {
    long startNanos = System.nanoTime();
    System.setProperty("innkeeper.log.level", "WARN");
    if (!new Kinds().contains(provisioner)) {
      throw new ConfigProblem(
          "--provisioner: must be one of " + new Kinds() + ", was '" + provisioner + "'");
    }
    Path chosen = chosenData;
    if (chosen != null) {
      data = chosen;
    }
    if (payments == Payments.SANDBOX) {
      return run(reader().read(), null, startNanos);
    }
    if (chosen == null) {
      data = Path.of("data", "demo-stripe");
    }
    if (port == 0) {
      // Stripe wants to know beforehand where customers come back to.
      port = freePort();
    }
    Path folder = data.toAbsolutePath().normalize();
    InnkeeperServer.requireFreePort(reader().read().http());
    Files.createDirectories(folder);
    try (PaymentDouble stripe =
        PaymentDouble.start(doublesClassPath(), folder.resolve("stripe-double.json"))) {
      return run(reader().payments("stripe", stripe.settings()).read(), stripe, startNanos);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }

  /** Of the distribution: the double in its folder, and the server's libraries. */
  private static String doublesClassPath() {
    String home = System.getProperty("innkeeper.home");
    if (home == null) {
      throw new StartProblem("Stripe's double comes with ./innkeeper: start the demo by it");
    }
    return Path.of(home, "double", "*") + File.pathSeparator + Path.of(home, "lib", "*");
  }

  private int run(ServerConfig config, @Nullable PaymentDouble stripe, long startNanos)
      throws InterruptedException {
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
    requireSeen(server);
    if (stripe != null) {
      stripe.postTo(server.url());
      System.out.println("Cards are taken by the plugin for Stripe, from a test double of Stripe.");
    }
    if (!played && !play(server, stage())) {
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

  private Stage stage() {
    return provisioner.equals(SITE) ? Stage.sites() : Stage.dockerSwarm(image);
  }

  /** Says at once when there is nothing to run the sites on, before anybody waits for one. */
  private void requireSeen(InnkeeperServer server) {
    String why = server.services().provisioning().reconciler().plan().unseen().get(provisioner);
    if (why != null) {
      server.close();
      throw new StartProblem(
          provisioner
              + " does not work here ("
              + why
              + "): for docker-swarm an engine has to run in swarm mode (docker swarm init), and"
              + " --docker-host has to name it");
    }
  }

  private ConfigReader reader() {
    ConfigReader reader = trial();
    if (provisioner.equals(SITE)) {
      return reader.provisioner(
          SITE,
          Map.of(
              "port",
              Integer.toString(sitesPort),
              "payUrl",
              port == 0 ? "" : "http://127.0.0.1:" + port + "/invoices"));
    }
    String fromEnvironment = System.getenv("DOCKER_HOST");
    boolean told = spec.commandLine().getParseResult().hasMatchedOption("--docker-host");
    String host = told || fromEnvironment == null ? dockerHost : fromEnvironment;
    return reader.provisioner(
        DOCKER_SWARM,
        Map.of("dockerHost", host, "publicHost", "127.0.0.1", "stopGraceSeconds", "1"));
  }

  private ConfigReader trial() {
    return new ConfigReader()
        .option(ConfigKey.MODE, "trial", "demo")
        .option(ConfigKey.TRIAL_CLOCK_START, Story.BEGIN, "demo")
        .option(ConfigKey.TRIAL_CLOCK_STANDS, "true", "demo")
        .option(ConfigKey.DATA_FOLDER, data, "--data")
        .option(ConfigKey.HTTP_PORT, port, "--port");
  }

  private boolean play(InnkeeperServer server, Stage stage) {
    long startNanos = System.nanoTime();
    Path folder = server.services().config().dataFolder();
    ApiClient admin =
        ApiClient.of(server.url())
            .withToken(read(folder.resolve(InnkeeperServer.ADMIN_TOKEN_FILE)));
    try {
      new Story(admin, System.out, stage, payments.name().toLowerCase(Locale.ROOT)).play();
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

package dev.innkeeper.server.cli;

import dev.innkeeper.server.InnkeeperServer;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "serve", description = "Starts the server and stays until it is stopped.")
final class ServeCommand implements Callable<Integer> {
  @Mixin private ConfigOptions options = new ConfigOptions();

  @Override
  public Integer call() throws InterruptedException {
    InnkeeperServer server = InnkeeperServer.start(options.reader(System.getenv()).read());
    System.out.println("Innkeeper listens on " + server.url());
    System.out.println(
        "An admin's sign-in is in "
            + server.services().config().dataFolder().resolve(InnkeeperServer.ADMIN_SIGN_IN_FILE));
    waitForEnd(server);
    return 0;
  }

  /** Returns when the process is told to end, with everything stopped in order. */
  static void waitForEnd(InnkeeperServer server) throws InterruptedException {
    CountDownLatch told = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  told.countDown();
                  server.close();
                  stopped.countDown();
                },
                "stop"));
    told.await();
    stopped.await();
  }
}

package dev.innkeeper.server.cli;

import dev.innkeeper.billing.db.Migrations;
import dev.innkeeper.server.config.ServerConfig;
import dev.innkeeper.server.store.DataFolder;
import dev.innkeeper.server.store.ServerDatabase;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "migrate", description = "Creates or updates the database's schemas.")
final class MigrateCommand implements Callable<Integer> {
  @Mixin private ConfigOptions options = new ConfigOptions();

  @Override
  public Integer call() {
    System.setProperty("innkeeper.log.level", "WARN");
    ServerConfig config = options.reader(System.getenv()).read();
    try (DataFolder folder = DataFolder.take(config.dataFolder());
        ServerDatabase database = ServerDatabase.open(config.database(), folder)) {
      new Migrations(database.dataSource(), ServerDatabase.ENGINE_SCHEMA).migrate();
      database.migrate();
      System.out.println("The schemas in " + config.database() + " are up to date.");
    }
    return 0;
  }
}

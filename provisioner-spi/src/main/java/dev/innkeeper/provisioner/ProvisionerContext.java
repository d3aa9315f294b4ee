package dev.innkeeper.provisioner;

import dev.innkeeper.provisioner.settings.Settings;
import java.nio.file.Path;
import java.time.Clock;

/**
 * What a provisioner is given.
 *
 * @param instance its name in this installation, a DNS label; mark with it what you create, so that
 *     two installations on one cluster don't take each other's resources for orphans
 * @param dataFolder a folder for it alone, kept across restarts; may not exist yet
 * @param clock the time to go by, which is not always the machine's
 * @param settings checked against {@link ProvisionerFactory#settings()}
 */
public record ProvisionerContext(String instance, Path dataFolder, Clock clock, Settings settings) {
  public ProvisionerContext {
    DnsLabel.require("instance", instance);
  }
}

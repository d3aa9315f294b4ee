package dev.innkeeper.server.plugins;

import dev.innkeeper.provisioner.Provisioner;
import dev.innkeeper.provisioner.ProvisionerContext;
import dev.innkeeper.provisioner.ProvisionerFactory;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The provisioners that products name. Each kind that was found and needs no settings is there
 * under its own name; settings under a kind's name set that one, and settings under another name
 * with {@code kind: KIND} make one more of that kind. Thread-safe.
 */
public final class Provisioners implements AutoCloseable {
  /** In the settings of a provisioner that is not named after its kind. */
  public static final String KIND = "kind";

  private static final Logger LOG = LoggerFactory.getLogger(Provisioners.class);

  private final Map<String, Provisioner> byName;

  private Provisioners(Map<String, Provisioner> byName) {
    this.byName = new TreeMap<>(byName);
  }

  /** Provisioners that were made already, by name. They are closed with this. */
  public static Provisioners of(Map<String, Provisioner> byName) {
    return new Provisioners(byName);
  }

  /**
   * Makes them all, or none.
   *
   * @param settings by the provisioner's name
   * @param dataFolder each gets a folder of its name in it
   * @throws IllegalArgumentException when a setting does not fit or a kind is not there, with a
   *     message that names the setting
   * @throws RuntimeException when one can't work with its settings, such as a port that is taken
   */
  public static Provisioners open(
      Plugins plugins, Map<String, Map<String, String>> settings, Path dataFolder, Clock clock) {
    Map<String, Map<String, String>> wanted = new TreeMap<>(settings);
    for (String kind : plugins.kinds()) {
      if (!wanted.containsKey(kind) && worksUnasked(plugins, kind)) {
        wanted.put(kind, Map.of());
      }
    }
    Map<String, Provisioner> made = new HashMap<>();
    try {
      wanted.forEach(
          (name, texts) -> {
            Opening opening = new Opening(plugins, name, dataFolder.resolve(name), clock);
            made.put(name, opening.open(texts));
          });
      return new Provisioners(made);
    } catch (RuntimeException e) {
      new Provisioners(made).close();
      throw e;
    }
  }

  /** Whether its settings all have a preset. One that must be told where its world is, waits. */
  private static boolean worksUnasked(Plugins plugins, String kind) {
    boolean works =
        plugins
            .factory(kind)
            .map(factory -> factory.settings().check("", Map.of()).isEmpty())
            .orElse(false);
    if (!works) {
      LOG.info("{} is there and not used: provisioners.{} has no settings", kind, kind);
    }
    return works;
  }

  private record Opening(Plugins plugins, String name, Path folder, Clock clock) {
    Provisioner open(Map<String, String> texts) {
      String kind = texts.getOrDefault(KIND, name);
      ProvisionerFactory factory =
          plugins
              .factory(kind)
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "provisioners."
                              + name
                              + ": there is no plugin for kind '"
                              + kind
                              + "', there are "
                              + plugins.kinds()
                              + ": put its jar or zip into the plugins folder"));
      Map<String, String> own = new TreeMap<>(texts);
      own.remove(KIND);
      return factory.create(
          new ProvisionerContext(
              name, folder, clock, factory.settings().read("provisioners." + name + ".", own)));
    }
  }

  /** The provisioner of a name. */
  public Optional<Provisioner> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** All names, sorted. */
  public List<String> names() {
    return new ArrayList<>(byName.keySet());
  }

  @Override
  public void close() {
    byName.forEach(
        (name, provisioner) -> {
          try {
            provisioner.close();
          } catch (RuntimeException e) {
            LOG.warn("provisioner {} did not close in order", name, e);
          }
        });
  }
}

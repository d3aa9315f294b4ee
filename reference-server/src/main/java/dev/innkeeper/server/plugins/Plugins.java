package dev.innkeeper.server.plugins;

import dev.innkeeper.billing.payment.spi.PaymentProviderFactory;
import dev.innkeeper.provisioner.ProvisionerFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.pf4j.PluginWrapper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The plugins that were found. Each has its own class loader: a plugin sees the SPI's classes, the
 * JDK's and its own, and no other plugin's. Immutable once loaded.
 */
public final class Plugins implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Plugins.class);

  private final PluginLoading loading;
  private final Map<String, ProvisionerFactory> factories;
  private final Map<String, PaymentProviderFactory> payments;
  private final List<String> problems;

  private Plugins(
      PluginLoading loading,
      Map<String, ProvisionerFactory> factories,
      Map<String, PaymentProviderFactory> payments,
      List<String> problems) {
    this.loading = loading;
    this.factories = Map.copyOf(factories);
    this.payments = Map.copyOf(payments);
    this.problems = List.copyOf(problems);
  }

  /**
   * Loads what is there. A plugin that can't be loaded is left out and told of by {@link
   * #problems}: one broken file must not keep the server, and all others, from starting.
   *
   * @param folder with jars and zips; the administrator's alone to write, since what lies there
   *     runs. Nothing is loaded from it when it does not exist
   * @param modules Maven modules whose {@code target/classes} are loaded without packaging, for
   *     development
   */
  public static Plugins load(Path folder, List<Path> modules) {
    PluginLoading loading = new PluginLoading(folder);
    List<String> problems = new ArrayList<>();
    for (Path file : filesOf(folder)) {
      load(loading, file, problems);
    }
    for (Path module : modules) {
      if (Files.isDirectory(module.resolve(PluginLoading.CLASSES))) {
        load(loading, module, problems);
      } else {
        problems.add(module + " has no " + PluginLoading.CLASSES + ": compile it first");
      }
    }
    loading.startPlugins();
    for (PluginWrapper plugin : loading.getPlugins()) {
      Throwable failure = plugin.getFailedException();
      if (failure != null) {
        problems.add(plugin.getPluginPath() + " did not start: " + failure);
      }
    }
    Map<String, ProvisionerFactory> factories =
        factoriesOf(loading, ProvisionerFactory.class, ProvisionerFactory::kind, problems);
    Map<String, PaymentProviderFactory> payments =
        factoriesOf(loading, PaymentProviderFactory.class, PaymentProviderFactory::code, problems);
    problems.forEach(problem -> LOG.error("plugin left out: {}", problem));
    LOG.info("provisioners available: {}", factories.keySet());
    LOG.info("payment providers available: {}", payments.keySet());
    return new Plugins(loading, factories, payments, problems);
  }

  private static List<Path> filesOf(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (var files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".jar") || file.toString().endsWith(".zip"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("can't read the plugins folder " + folder, e);
    }
  }

  private static void load(PluginLoading loading, Path path, List<String> problems) {
    try {
      loading.loadPlugin(path);
    } catch (RuntimeException e) {
      problems.add(path + ": " + e.getMessage());
    }
  }

  private static <T> Map<String, T> factoriesOf(
      PluginLoading loading, Class<T> type, Function<T, String> nameOf, List<String> problems) {
    Map<String, T> factories = new LinkedHashMap<>();
    for (PluginWrapper plugin : loading.getStartedPlugins()) {
      try {
        for (T factory : loading.getExtensions(type, plugin.getPluginId())) {
          if (factories.putIfAbsent(nameOf.apply(factory), factory) != null) {
            problems.add(
                plugin.getPluginPath()
                    + ": another plugin for '"
                    + nameOf.apply(factory)
                    + "' is loaded already; remove one of the two");
          }
        }
      } catch (RuntimeException | LinkageError e) {
        problems.add(plugin.getPluginPath() + ": made for another version of Innkeeper? " + e);
      }
    }
    return factories;
  }

  /** The factory of a kind of provisioner. */
  public Optional<ProvisionerFactory> factory(String kind) {
    return Optional.ofNullable(factories.get(kind));
  }

  /** The kinds there are. */
  public List<String> kinds() {
    return factories.keySet().stream().sorted().toList();
  }

  /** The factory of a payment provider. */
  public Optional<PaymentProviderFactory> payments(String code) {
    return Optional.ofNullable(payments.get(code));
  }

  /** The codes of the payment providers that could be made. */
  public List<String> paymentCodes() {
    return payments.keySet().stream().sorted().toList();
  }

  /** What could not be loaded and why, for the administrator. */
  public List<String> problems() {
    return problems;
  }

  @Override
  public void close() {
    // Each by itself: PF4J's stopPlugins() fails on the list that it changes while it walks it.
    for (PluginWrapper plugin : List.copyOf(loading.getPlugins())) {
      loading.unloadPlugin(plugin.getPluginId());
    }
  }
}

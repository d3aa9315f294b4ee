package dev.innkeeper.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import com.stripe.StripeClient;
import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.payment.spi.PaymentProviderFactory;
import dev.innkeeper.billing.payment.spi.ProviderContext;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pf4j.DefaultPluginManager;

/** The plugin, zipped as for a server, is found and sees its own SDK. */
class PluginTest {
  @Test
  void aZipInThePluginsFolderIsFoundAndMakesTheProvider(@TempDir Path plugins) throws Exception {
    zip(plugins.resolve("billing-stripe.zip"));
    DefaultPluginManager manager = new DefaultPluginManager(plugins);
    try (StripeWorld world = new StripeWorld()) {
      manager.loadPlugins();
      manager.startPlugins();
      List<PaymentProviderFactory> factories =
          manager.getExtensions(PaymentProviderFactory.class, "billing-stripe");
      assertThat(factories).hasSize(1);
      PaymentProviderFactory factory = factories.get(0);
      ClassLoader loader = factory.getClass().getClassLoader();
      assertThat(loader).isNotSameAs(StripeProvider.class.getClassLoader());
      assertThat(loader.loadClass("com.stripe.StripeClient")).isNotSameAs(StripeClient.class);
      PaymentProvider provider =
          factory.create(
              new ProviderContext(
                  StripeWorld.settings(world.stripe, StripeWorld.TIMEOUT_MILLIS),
                  Clock.systemUTC(),
                  null));
      assertThat(provider.code()).isEqualTo(factory.code()).isEqualTo("stripe");
      assertThat(provider.mode()).isEqualTo(PaymentProvider.Mode.TEST);
    } finally {
      // Each by itself: PF4J's stopPlugins() fails on the list that it changes while it walks it.
      List.copyOf(manager.getPlugins()).forEach(p -> manager.unloadPlugin(p.getPluginId()));
    }
  }

  private static void zip(Path file) throws Exception {
    Path classes = location(StripeProvider.class);
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file));
        Stream<Path> files = Files.walk(classes)) {
      for (Path path : files.filter(Files::isRegularFile).toList()) {
        put(zip, "classes/" + classes.relativize(path).toString().replace('\\', '/'), path);
      }
      for (Class<?> type : List.of(StripeClient.class, com.google.gson.Gson.class)) {
        Path jar = location(type);
        put(zip, "lib/" + jar.getFileName(), jar);
      }
      String properties = Files.readString(Path.of("src/assembly/plugin.properties"));
      Path filled = file.resolveSibling("plugin.properties");
      Files.writeString(
          filled,
          properties
              .replace("${project.artifactId}", "billing-stripe")
              .replace("${project.version}", "0.1.0"));
      put(zip, "plugin.properties", filled);
      Files.delete(filled);
    }
  }

  private static void put(ZipOutputStream zip, String name, Path file) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    copy(file, zip);
    zip.closeEntry();
  }

  private static void copy(Path file, OutputStream to) throws IOException {
    Files.copy(file, to);
  }

  private static Path location(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }
}

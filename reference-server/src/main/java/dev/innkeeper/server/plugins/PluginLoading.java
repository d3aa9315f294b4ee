package dev.innkeeper.server.plugins;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.pf4j.CompoundPluginDescriptorFinder;
import org.pf4j.CompoundPluginLoader;
import org.pf4j.DefaultPluginDescriptor;
import org.pf4j.DefaultPluginLoader;
import org.pf4j.DefaultPluginManager;
import org.pf4j.DevelopmentPluginLoader;
import org.pf4j.JarPluginLoader;
import org.pf4j.ManifestPluginDescriptorFinder;
import org.pf4j.Plugin;
import org.pf4j.PluginDescriptor;
import org.pf4j.PluginDescriptorFinder;
import org.pf4j.PluginLoader;
import org.pf4j.PropertiesPluginDescriptorFinder;

/** PF4J, taught that a Maven module is a plugin too: its folder's name is the plugin's id. */
final class PluginLoading extends DefaultPluginManager {
  static final String CLASSES = "target/classes";

  PluginLoading(Path folder) {
    super(List.of(folder));
  }

  @Override
  protected PluginLoader createPluginLoader() {
    return new CompoundPluginLoader()
        .add(
            new DevelopmentPluginLoader(this) {
              @Override
              public boolean isApplicable(Path path) {
                return isModule(path);
              }
            })
        .add(new JarPluginLoader(this))
        .add(new DefaultPluginLoader(this));
  }

  @Override
  protected PluginDescriptorFinder createPluginDescriptorFinder() {
    return new CompoundPluginDescriptorFinder()
        .add(new ModuleDescriptorFinder())
        .add(new PropertiesPluginDescriptorFinder())
        .add(new ManifestPluginDescriptorFinder());
  }

  private static boolean isModule(Path path) {
    return Files.isDirectory(path.resolve(CLASSES)) && Files.exists(path.resolve("pom.xml"));
  }

  private static final class ModuleDescriptorFinder implements PluginDescriptorFinder {
    @Override
    public boolean isApplicable(Path path) {
      return isModule(path);
    }

    @Override
    public PluginDescriptor find(Path path) {
      return new DefaultPluginDescriptor(
          String.valueOf(path.toAbsolutePath().normalize().getFileName()),
          "classes of a module",
          Plugin.class.getName(),
          "0.0.0",
          "*",
          "",
          "");
    }
  }
}

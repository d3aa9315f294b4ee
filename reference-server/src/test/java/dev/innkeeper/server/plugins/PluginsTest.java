package dev.innkeeper.server.plugins;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.provisioner.Outcome;
import dev.innkeeper.provisioner.Provisioner;
import dev.innkeeper.provisioner.ResourceId;
import dev.innkeeper.provisioner.ResourceRef;
import dev.innkeeper.provisioner.ResourceSpec;
import dev.innkeeper.provisioner.workload.CustomWorkload;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginsTest {
  private static final Path SITE_MODULE = Path.of("../provisioner-site");

  @TempDir Path folder;

  @Test
  void loadsAModuleWithoutPackaging() {
    try (Plugins plugins = Plugins.load(folder.resolve("none"), List.of(SITE_MODULE))) {
      assertThat(plugins.problems()).isEmpty();
      runsASite(plugins);
    }
  }

  @Test
  void loadsAJar() throws IOException {
    Path jar = Files.createDirectories(folder.resolve("plugins")).resolve("site.jar");
    try (OutputStream out = Files.newOutputStream(jar)) {
      pack(out, "");
    }
    try (Plugins plugins = Plugins.load(folder.resolve("plugins"), List.of())) {
      assertThat(plugins.problems()).isEmpty();
      runsASite(plugins);
    }
  }

  @Test
  void loadsAZip() throws IOException {
    Path zip = Files.createDirectories(folder.resolve("plugins")).resolve("site-1.zip");
    try (OutputStream out = Files.newOutputStream(zip)) {
      pack(out, "classes/");
    }
    try (Plugins plugins = Plugins.load(folder.resolve("plugins"), List.of())) {
      assertThat(plugins.problems()).isEmpty();
      runsASite(plugins);
    }
  }

  @Test
  void aBrokenFileIsToldAndDoesNotKeepOthersOut() throws IOException {
    Path plugins = Files.createDirectories(folder.resolve("plugins"));
    Files.writeString(plugins.resolve("broken.jar"), "not a jar");
    try (Plugins loaded = Plugins.load(plugins, List.of(SITE_MODULE))) {
      assertThat(loaded.kinds()).containsExactly("site");
      assertThat(loaded.problems()).singleElement().asString().contains("broken.jar");
    }
  }

  @Test
  void aModuleThatIsNotCompiledIsTold() {
    try (Plugins plugins = Plugins.load(folder, List.of(folder))) {
      assertThat(plugins.problems()).singleElement().asString().contains("compile it first");
    }
  }

  @Test
  void severalOfOneKindLiveSideBySide() {
    try (Plugins plugins = Plugins.load(folder, List.of(SITE_MODULE));
        Provisioners provisioners =
            open(
                plugins,
                Map.of(
                    "site", Map.of("port", "0"), "site-eu", Map.of("kind", "site", "port", "0")))) {
      assertThat(provisioners.names()).containsExactly("site", "site-eu");
      assertThat(provisioners.find("site")).isNotEqualTo(provisioners.find("site-eu"));
    }
  }

  @Test
  void whatMustBeToldWhereItsWorldIsWaitsForIt() {
    Path swarm = Path.of("..", "provisioner-docker-swarm");
    try (Plugins plugins = Plugins.load(folder, List.of(swarm))) {
      assertThat(plugins.kinds()).containsExactly("docker-swarm");
      try (Provisioners unasked = open(plugins, Map.of());
          Provisioners told =
              open(plugins, Map.of("docker-swarm", Map.of("dockerHost", "tcp://127.0.0.1:1")))) {
        assertThat(unasked.names()).isEmpty();
        assertThat(told.names()).containsExactly("docker-swarm");
      }
    }
  }

  @Test
  void aPluginBringsItsLibraries() throws IOException {
    Path kubernetes = Path.of("..", "provisioner-k8s");
    Path kubeconfig = folder.resolve("kubeconfig");
    Files.writeString(
        kubeconfig,
        """
        apiVersion: v1
        kind: Config
        current-context: c
        clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]
        contexts: [{name: c, context: {cluster: c, user: u}}]
        users: [{name: u, user: {}}]
        """);
    try (Plugins plugins = Plugins.load(folder, List.of(kubernetes));
        Provisioners told =
            open(plugins, Map.of("kubernetes", Map.of("kubeconfig", kubeconfig.toString())))) {
      assertThat(told.names()).containsExactly("kubernetes");
    }
  }

  @Test
  void wrongSettingsAreNamedWithTheWayOut() {
    try (Plugins plugins = Plugins.load(folder, List.of(SITE_MODULE))) {
      assertThatThrownBy(() -> open(plugins, Map.of("site", Map.of("prot", "1"))))
          .hasMessageContaining("provisioners.site.prot: is not known; known are port");
      assertThatThrownBy(
              () -> open(plugins, Map.of("swarm", Map.of(), "site", Map.of("port", "0"))))
          .hasMessageContaining("provisioners.swarm: there is no plugin for kind 'swarm'")
          .hasMessageContaining("[site]");
    }
  }

  private Provisioners open(Plugins plugins, Map<String, Map<String, String>> settings) {
    return Provisioners.open(plugins, settings, folder.resolve("data"), Clock.systemUTC());
  }

  private void runsASite(Plugins plugins) {
    try (Provisioners provisioners = open(plugins, Map.of("site", Map.of("port", "0")))) {
      Provisioner site = provisioners.find("site").orElseThrow();
      assertThat(site.getClass().getClassLoader())
          .as("its own")
          .isNotEqualTo(Plugins.class.getClassLoader());
      ResourceRef ref = new ResourceRef(new ResourceId(UUID.randomUUID()), "my-site");
      ResourceSpec spec =
          new ResourceSpec(
              ref, "me", new CustomWorkload("static-site", Map.of("quotaMegabytes", "1")));
      assertThat(site.ensureRunning(spec)).isEqualTo(Outcome.ready());
      assertThat(site.observe(ref).facts().get("url")).contains("/sites/my-site/");
    }
  }

  /** As the module's build packs it. */
  private static void pack(OutputStream out, String classesPrefix) throws IOException {
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.put(new Attributes.Name("Plugin-Id"), "provisioner-site");
    attributes.put(new Attributes.Name("Plugin-Version"), "1.0.0");
    Path classes = SITE_MODULE.resolve("target/classes");
    try (JarOutputStream jar = new JarOutputStream(out);
        Stream<Path> files = Files.walk(classes)) {
      jar.putNextEntry(new JarEntry("META-INF/MANIFEST.MF"));
      manifest.write(jar);
      if (!classesPrefix.isEmpty()) {
        jar.putNextEntry(new JarEntry(classesPrefix + "META-INF/MANIFEST.MF"));
        manifest.write(jar);
      }
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        jar.putNextEntry(new JarEntry(classesPrefix + classes.relativize(file)));
        Files.copy(file, jar);
      }
    }
  }
}

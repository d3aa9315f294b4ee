package dev.innkeeper.server.plugins;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.innkeeper.billing.problem.InvalidInput;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Builds what was made: by Maven as its author would, and with the compiler and JUnit at hand. */
class PluginProjectTest {
  @TempDir Path folder;

  @Test
  void aNewPluginBuildsAndPassesTheContract() throws Exception {
    PluginProject project = new PluginProject("my-vms", "org.hoster.vms", folder.resolve("new"));
    project.write();
    Path classes = compile(project, "src/main/java", "src/test/java");
    TestExecutionSummary summary = run(classes, "org.hoster.vms.MyVmsProvisionerTest");
    assertThat(summary.getFailures()).isEmpty();
    assertThat(summary.getTestsSucceededCount()).isGreaterThan(20);
  }

  /** Off line, with a repository of what this build made and another of what it used. */
  @Test
  void mavenBuildsANewPluginAndRunsItsContract() throws Exception {
    PluginProject project = new PluginProject("my-vms", "org.hoster.vms", folder.resolve("new"));
    project.write();
    Path ours = folder.resolve("repository");
    publish(ours.resolve("dev/innkeeper"));
    Path log = folder.resolve("maven.log");
    Process maven =
        new ProcessBuilder(
                Path.of("..", "mvnw").toRealPath().toString(),
                "--batch-mode",
                "--offline",
                "-Dmaven.repo.local=" + ours,
                "-Dmaven.repo.local.tail=" + usedRepository(),
                "verify")
            .directory(project.folder().toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      assertThat(maven.waitFor(5, TimeUnit.MINUTES)).isTrue();
      assertThat(maven.exitValue()).as("%s", Files.readString(log)).isZero();
    } finally {
      maven.destroyForcibly();
    }
    assertThat(Files.readString(log))
        .containsPattern("Tests run: [2-9][0-9], Failures: 0, Errors: 0, Skipped: 0");
    assertThat(project.folder().resolve("target/my-vms-0.1.0-SNAPSHOT.jar")).exists();
  }

  /** What this build took from elsewhere; Surefire tells. */
  private static Path usedRepository() {
    String told = System.getProperty("localRepository");
    return told == null
        ? Path.of(System.getProperty("user.home"), ".m2", "repository")
        : Path.of(told);
  }

  /** What an author's build needs of ours, as installing it would lay it out. */
  private static void publish(Path group) throws IOException {
    String version = versions().getProperty("innkeeper.version");
    Path spi = Path.of("..", "provisioner-spi");
    Map<String, Path> poms =
        Map.of(
            "innkeeper-parent", Path.of("..", "pom.xml"),
            "billing-bom", Path.of("..", "billing-bom", "pom.xml"),
            "provisioner-spi", spi.resolve("pom.xml"));
    for (Map.Entry<String, Path> pom : poms.entrySet()) {
      Path to = Files.createDirectories(group.resolve(pom.getKey()).resolve(version));
      Files.copy(pom.getValue(), to.resolve(pom.getKey() + "-" + version + ".pom"));
    }
    Path to = group.resolve("provisioner-spi").resolve(version);
    jar(spi.resolve("target/classes"), to.resolve("provisioner-spi-" + version + ".jar"), "");
    jar(
        spi.resolve("target/test-classes"),
        to.resolve("provisioner-spi-" + version + "-contract.jar"),
        "dev/innkeeper/provisioner/contract");
  }

  private static Properties versions() throws IOException {
    Properties versions = new Properties();
    try (var in = PluginProject.class.getResourceAsStream("template/versions.properties")) {
      versions.load(in);
    }
    return versions;
  }

  @Test
  void theContractFailsWhenThePluginIsMadeWorse() throws Exception {
    PluginProject project = new PluginProject("my-vms", "org.hoster.vms", folder.resolve("new"));
    project.write();
    Path provisioner =
        project.folder().resolve("src/main/java/org/hoster/vms/MyVmsProvisioner.java");
    String worse =
        Files.readString(provisioner).replace("found.get().digest(), false)", "\"\", true)");
    Files.writeString(provisioner, worse);
    Path classes = compile(project, "src/main/java", "src/test/java");
    assertThat(run(classes, "org.hoster.vms.MyVmsProvisionerTest").getTestsFailedCount())
        .isPositive();
  }

  @Test
  void theServerLoadsItAsAJar() throws Exception {
    PluginProject project = new PluginProject("my-vms", "org.hoster.vms", folder.resolve("new"));
    project.write();
    Path classes = compile(project, "src/main/java");
    Path resources = project.folder().resolve("src/main/resources");
    Files.writeString(
        classes.resolve("plugin.properties"),
        Files.readString(resources.resolve("plugin.properties"))
            .replace("${project.version}", "0.1.0-SNAPSHOT"));
    Path plugins = Files.createDirectory(folder.resolve("plugins"));
    jar(classes, plugins.resolve("my-vms.jar"), "");
    try (Plugins loaded = Plugins.load(plugins, List.of())) {
      assertThat(loaded.problems()).isEmpty();
      assertThat(loaded.kinds()).containsExactly("my-vms");
    }
  }

  /** So the guide can't say what does not compile and pass. */
  @Test
  void theGuidesCodeIsThatOfTheProjectThatIsBuiltHere() throws IOException {
    String guide = Files.readString(Path.of("..", "docs", "write-a-provisioner.md"));
    assertThat(guide).contains("./innkeeper plugin new my-vms --package org.hoster.vms");
    PluginProject project = new PluginProject("my-vms", "org.hoster.vms", folder.resolve("new"));
    project.write();
    List<String> files =
        new ArrayList<>(List.of(Files.readString(project.folder().resolve("pom.xml"))));
    for (Path source : sources(project, "src/main/java", "src/test/java")) {
      files.add(Files.readString(source));
    }
    Matcher blocks = Pattern.compile("```(java|xml)\n(.*?)```", Pattern.DOTALL).matcher(guide);
    int found = 0;
    while (blocks.find()) {
      found++;
      String block = blocks.group(2);
      assertThat(files).as("%s", block).anyMatch(file -> file.contains(block));
    }
    assertThat(found).isEqualTo(5);
  }

  @Test
  void itsVersionsAreOurs() throws IOException {
    String pom = Files.readString(Path.of("..", "pom.xml"));
    Properties versions = versions();
    assertThat(pom)
        .contains("<version>" + versions.get("innkeeper.version") + "</version>")
        .contains("<pf4j.version>" + versions.get("pf4j.version") + "<")
        .contains("<junit.version>" + versions.get("junit.version") + "<")
        .containsPattern(
            "maven-compiler-plugin</artifactId>\\s*<version>" + versions.get("compiler.version"))
        .containsPattern(
            "maven-surefire-plugin</artifactId>\\s*<version>" + versions.get("surefire.version"));
  }

  @Test
  void nothingIsOverwrittenAndNoBadNameTaken() throws IOException {
    Files.writeString(folder.resolve("mine.txt"), "mine");
    PluginProject project = new PluginProject("x", PluginProject.presetPackage("x"), folder);
    assertThatThrownBy(project::write)
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("has something in it");
    assertThatThrownBy(() -> new PluginProject("../x", "a.b", folder))
        .isInstanceOf(InvalidInput.class);
    assertThatThrownBy(() -> new PluginProject("x", "a.class", folder))
        .isInstanceOf(InvalidInput.class);
    assertThat(PluginProject.presetPackage("int")).isEqualTo("com.example.intplugin");
  }

  /** With all lints on and PF4J's processor, as the made pom has it. */
  private Path compile(PluginProject project, String... sourceFolders) throws IOException {
    Path classes = Files.createDirectories(project.folder().resolve("target/classes"));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter output = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled =
          compiler
              .getTask(
                  output,
                  files,
                  null,
                  List.of(
                      "--release",
                      "17",
                      "-Xlint:all,-processing,-classfile",
                      "-d",
                      classes.toString(),
                      "-cp",
                      System.getProperty("java.class.path"),
                      "-processor",
                      "org.pf4j.processor.ExtensionAnnotationProcessor"),
                  null,
                  files.getJavaFileObjectsFromPaths(sources(project, sourceFolders)))
              .call();
      assertThat(compiled).as("%s", output).isTrue();
    }
    assertThat(classes.resolve("META-INF/extensions.idx")).exists();
    return classes;
  }

  private static List<Path> sources(PluginProject project, String... sourceFolders) {
    return Stream.of(sourceFolders)
        .flatMap(
            each -> {
              try (Stream<Path> files = Files.walk(project.folder().resolve(each))) {
                return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            })
        .toList();
  }

  private static TestExecutionSummary run(Path classes, String test) throws Exception {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()}, before)) {
      thread.setContextClassLoader(loader);
      LauncherDiscoveryRequest request =
          LauncherDiscoveryRequestBuilder.request()
              .selectors(selectClass(loader.loadClass(test)))
              .build();
      SummaryGeneratingListener listener = new SummaryGeneratingListener();
      LauncherFactory.create(
              LauncherConfig.builder().enableTestExecutionListenerAutoRegistration(false).build())
          .execute(request, listener);
      return listener.getSummary();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /**
   * @param folder what of the classes goes into it; empty for all
   */
  private static void jar(Path classes, Path file, String folder) throws IOException {
    try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(file));
        Stream<Path> walk = Files.walk(classes.resolve(folder))) {
      for (Path each : walk.filter(Files::isRegularFile).toList()) {
        jar.putNextEntry(
            new ZipEntry(classes.relativize(each).toString().replace(File.separatorChar, '/')));
        Files.copy(each, jar);
        jar.closeEntry();
      }
    }
  }
}

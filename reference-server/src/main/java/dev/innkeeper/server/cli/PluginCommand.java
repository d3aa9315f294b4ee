package dev.innkeeper.server.cli;

import dev.innkeeper.server.plugins.PluginProject;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "plugin",
    description = "Makes provisioner plugins.",
    subcommands = PluginCommand.New.class)
final class PluginCommand implements Runnable {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(spec.commandLine(), "name what to do: plugin new NAME");
    }
  }

  @Command(
      name = "new",
      description =
          "Makes a Maven project for a provisioner, which builds and passes the contract.")
  static final class New implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", description = "What products call it, such as my-vms.")
    private String name = "";

    @Option(
        names = "--package",
        paramLabel = "P",
        description = "Java package of its classes (com.example.NAME).")
    private @Nullable String javaPackage;

    @Option(names = "--dir", paramLabel = "D", description = "Where to put it (./NAME).")
    private @Nullable Path folder;

    @Override
    public Integer call() {
      Path target = folder == null ? Path.of(name) : folder;
      PluginProject project =
          new PluginProject(
              name,
              javaPackage == null ? PluginProject.presetPackage(name) : javaPackage,
              target.toAbsolutePath().normalize());
      project.write();
      System.out.println("Made " + project.folder() + ". Its README.md says how to go on.");
      return 0;
    }
  }
}

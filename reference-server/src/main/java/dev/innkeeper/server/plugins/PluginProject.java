package dev.innkeeper.server.plugins;

import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.provisioner.DnsLabel;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.lang.model.SourceVersion;

/**
 * A new provisioner plugin as a Maven project that builds and passes the contract. Immutable.
 *
 * @param name what products call the provisioner, a DNS label that begins with a letter
 * @param javaPackage of its classes
 * @param folder made for it, or there and empty
 */
public record PluginProject(String name, String javaPackage, Path folder) {
  private static final int NAME_LENGTH_MAX = 40;

  /**
   * @throws InvalidInput naming what does not fit
   */
  public PluginProject {
    if (!DnsLabel.isOne(name)
        || name.length() > NAME_LENGTH_MAX
        || !Character.isLetter(name.charAt(0))) {
      throw new InvalidInput(
          "name",
          "must begin with a letter and have at most "
              + NAME_LENGTH_MAX
              + " lower-case letters, digits and inner hyphens, was '"
              + name
              + "'");
    }
    if (!SourceVersion.isName(javaPackage)) {
      throw new InvalidInput("package", "'" + javaPackage + "' is no name of a Java package");
    }
  }

  /** The package of somebody who named none. */
  public static String presetPackage(String name) {
    String word = name.replace("-", "");
    return "com.example." + (SourceVersion.isKeyword(word) ? word + "plugin" : word);
  }

  /**
   * Writes all files.
   *
   * @throws InvalidInput when the folder has something in it
   */
  public void write() {
    try {
      requireEmpty();
      String sources = "/java/" + javaPackage.replace('.', '/') + "/" + className();
      Map<String, String> files = new LinkedHashMap<>();
      files.put("pom.xml", "pom.xml");
      files.put("README.md", "README.md");
      files.put("gitignore", ".gitignore");
      files.put("plugin.properties", "src/main/resources/plugin.properties");
      for (String main : new String[] {"Factory", "Provisioner", "Backend"}) {
        files.put(main + ".java", "src/main" + sources + main + ".java");
      }
      for (String test : new String[] {"ProvisionerTest", "World"}) {
        files.put(test + ".java", "src/test" + sources + test + ".java");
      }
      Map<String, String> words = words();
      for (Map.Entry<String, String> file : files.entrySet()) {
        Path target = folder.resolve(file.getValue());
        Files.createDirectories(target.getParent());
        Files.writeString(target, filled(template(file.getKey()), words));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("can't write into " + folder, e);
    }
  }

  private void requireEmpty() throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> inside = Files.list(folder)) {
        if (inside.findAny().isPresent()) {
          throw new InvalidInput("dir", folder + " has something in it; name another");
        }
      }
    }
  }

  /** The name in Java's spelling: {@code my-vms} is {@code MyVms}. */
  public String className() {
    return Arrays.stream(name.split("-", -1))
        .filter(word -> !word.isEmpty())
        .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
        .collect(Collectors.joining());
  }

  private Map<String, String> words() throws IOException {
    Properties versions = new Properties();
    try (InputStream in = open("versions.properties")) {
      versions.load(in);
    }
    Map<String, String> words = new TreeMap<>();
    versions.forEach((key, value) -> words.put(key.toString(), value.toString()));
    words.put("name", name);
    words.put("package", javaPackage);
    words.put("Class", className());
    return words;
  }

  private static String filled(String template, Map<String, String> words) {
    String text = template;
    for (Map.Entry<String, String> word : words.entrySet()) {
      text = text.replace("@" + word.getKey() + "@", word.getValue());
    }
    return text;
  }

  private static String template(String file) throws IOException {
    try (InputStream in = open(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static InputStream open(String file) {
    InputStream in = PluginProject.class.getResourceAsStream("template/" + file);
    if (in == null) {
      throw new IllegalStateException("the distribution lacks template/" + file);
    }
    return in;
  }
}

package dev.innkeeper.documents;

import dev.innkeeper.billing.problem.InvalidInput;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files that documents are made from: an operator's folder over the built-in ones. All are read
 * once, so that a change takes effect as a whole and at a known moment. Immutable.
 */
final class TemplateFolder {
  static final String TEMPLATE = "invoice.html";
  private static final Set<String> BUILT_IN =
      Set.of(
          TEMPLATE,
          "invoice.css",
          "screen.css",
          "seller.html",
          "words_en.properties",
          "words_de.properties",
          "words_fr.properties");
  private static final long FILE_BYTES_MAX = 5_000_000;
  private static final int FILES_MAX = 100;

  private final Map<String, byte[]> files = new TreeMap<>();

  /**
   * @param overriding an operator's folder; null for the built-in files alone
   * @throws InvalidInput when the folder can't be read or holds what can't be used
   */
  TemplateFolder(@Nullable Path overriding) {
    for (String name : BUILT_IN) {
      files.put(name, resource(name));
    }
    if (overriding != null) {
      addAll(overriding);
    }
  }

  private void addAll(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new InvalidInput("templates", folder + " is no folder");
    }
    try (Stream<Path> found = Files.walk(folder, 2)) {
      for (Path file : found.filter(Files::isRegularFile).sorted().toList()) {
        add(folder.relativize(file).toString().replace('\\', '/'), file);
      }
    } catch (IOException | UncheckedIOException e) {
      throw new InvalidInput("templates", folder + " can't be read: " + e);
    }
  }

  private void add(String name, Path file) throws IOException {
    if (!name.matches("[A-Za-z0-9_-]+\\.(html|css|properties|png|jpg)|fonts/[^/]+\\.ttf")) {
      throw new InvalidInput(
          "templates",
          file
              + " is of no use here: a folder of templates holds .html, .css and words_xx.properties"
              + " files, logo.png or logo.jpg, and fonts/*.ttf");
    }
    if (Files.size(file) > FILE_BYTES_MAX || files.size() >= FILES_MAX) {
      throw new InvalidInput(
          "templates",
          file + " is too much: " + FILES_MAX + " files of " + FILE_BYTES_MAX + " bytes at most");
    }
    files.put(name, Files.readAllBytes(file));
  }

  boolean has(String name) {
    return files.containsKey(name);
  }

  Set<String> names() {
    return new TreeSet<>(files.keySet());
  }

  /** A file that {@link #has} knows. */
  byte[] bytes(String name) {
    byte[] bytes = files.get(name);
    if (bytes == null) {
      throw new InvalidInput("templates", "there is no file '" + name + "'");
    }
    return bytes;
  }

  /**
   * @throws InvalidInput when the file is not UTF-8
   */
  String text(String name) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes(name)))
          .toString()
          .replace("\r\n", "\n");
    } catch (CharacterCodingException e) {
      throw new InvalidInput(name + ":1", "is not UTF-8 text; save it as UTF-8");
    }
  }

  static byte[] resource(String name) {
    try (InputStream in = TemplateFolder.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + name + " is missing");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

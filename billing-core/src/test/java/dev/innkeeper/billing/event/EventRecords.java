package dev.innkeeper.billing.event;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Every event there is, found by looking, and what its source says about it. */
final class EventRecords {
  private static final String ROOT = "dev.innkeeper.billing";
  private static final Path SOURCES = Path.of("src", "main", "java");
  private static final Pattern COMMENT = Pattern.compile("(?s)/\\*\\*(.*?)\\*/\\s*@EventType");
  private static final Pattern PARAMETER = Pattern.compile("(?s)@param (\\w+) (.*?)(?=@param|$)");

  private EventRecords() {}

  /** By type. */
  static SortedMap<String, Class<? extends BillingEvent>> all() {
    SortedMap<String, Class<? extends BillingEvent>> found = new TreeMap<>();
    for (JavaClass type :
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("test-classes"))
            .importPackages(ROOT)) {
      if (type.isAnnotatedWith(EventType.class)) {
        Class<? extends BillingEvent> event = type.reflect().asSubclass(BillingEvent.class);
        found.put(EventLog.typeOf(event), event);
      }
    }
    return found;
  }

  /**
   * What the Javadoc says.
   *
   * @param text when it happens
   * @param fields what is said of each component
   */
  record Words(String text, Map<String, String> fields) {}

  static Words words(Class<?> event) {
    Path source = SOURCES.resolve(event.getName().replace('.', '/') + ".java");
    String code;
    try {
      code = Files.readString(source);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Matcher comment = COMMENT.matcher(code);
    if (!comment.find()) {
      throw new AssertionError(event + " needs a Javadoc comment that tells when it happens");
    }
    String body = plain(comment.group(1));
    Map<String, String> fields = new LinkedHashMap<>();
    Matcher parameter = PARAMETER.matcher(body);
    while (parameter.find()) {
      fields.put(parameter.group(1), parameter.group(2).strip());
    }
    int end = body.indexOf("@param");
    return new Words((end < 0 ? body : body.substring(0, end)).strip(), fields);
  }

  private static String plain(String comment) {
    return comment
        .replaceAll("(?m)^\\s*\\*", " ")
        .replaceAll("\\s+", " ")
        .replaceAll("\\{@(?:code|link) ([^}]*)}", "`$1`")
        .replaceAll("<[a-z/]+>", "")
        .strip();
  }
}

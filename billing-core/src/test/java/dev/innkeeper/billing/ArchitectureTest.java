package dev.innkeeper.billing;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** The rules of docs/architecture.md, and its pictures, held against the code. */
class ArchitectureTest {
  private static final String ROOT = "dev.innkeeper.billing";
  private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
  private static final JavaClasses CORE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("test-classes"))
          .importPackages(ROOT);

  @Test
  void packagesUseOnlyThoseAboveThemInThePicture() throws IOException {
    List<String> layers = fenced("layers");
    Set<String> packages = new TreeSet<>();
    Set<String> wrong = new TreeSet<>();
    for (JavaClass type : CORE) {
      String from = layer(type);
      if (from.isEmpty()) {
        continue;
      }
      packages.add(from);
      type.getDirectDependenciesFromSelf().stream()
          .map(dependency -> dependency.getTargetClass())
          .filter(target -> target.getPackageName().startsWith(ROOT))
          .filter(target -> layers.indexOf(layer(target)) > layers.indexOf(from))
          .forEach(target -> wrong.add(type.getName() + " uses " + target.getName()));
    }
    assertThat(wrong).isEmpty();
    assertThat(layers).as("the picture in docs/architecture.md").containsAll(packages);
  }

  @Test
  void modulesNeedWhatThePictureShows() throws Exception {
    Map<String, Set<String>> drawn = new TreeMap<>();
    Pattern arrow = Pattern.compile("\\s*([a-z0-9-]+) --> ([a-z0-9-]+)");
    for (String line : fenced("mermaid")) {
      Matcher edge = arrow.matcher(line);
      if (edge.matches()) {
        drawn.computeIfAbsent(edge.group(1), k -> new TreeSet<>()).add(edge.group(2));
      }
    }
    Map<String, Set<String>> built = new TreeMap<>();
    for (String module : modules()) {
      Set<String> needs = runTimeNeeds(PROJECT.resolve(module).resolve("pom.xml"));
      if (!needs.isEmpty()) {
        built.put(module, needs);
      }
    }
    assertThat(drawn).isEqualTo(built);
  }

  @Test
  void theCoreTakesTimeFromItsClock() {
    noClasses()
        .should()
        .callMethod(java.time.Instant.class, "now")
        .orShould()
        .callMethod(java.time.LocalDate.class, "now")
        .orShould()
        .callMethod(java.time.LocalDateTime.class, "now")
        .orShould()
        .callMethod(java.time.ZonedDateTime.class, "now")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .check(CORE);
  }

  @Test
  void theCoreHasNoFloatingPoint() {
    Set<String> floating = Set.of("float", "double", "java.lang.Float", "java.lang.Double");
    fields()
        .should()
        .notHaveRawType(
            new DescribedPredicate<JavaClass>("floating point") {
              @Override
              public boolean test(JavaClass type) {
                return floating.contains(type.getName());
              }
            })
        .check(CORE);
    methods()
        .should(
            new ArchCondition<JavaMethod>("take and return no floating point") {
              @Override
              public void check(JavaMethod method, ConditionEvents events) {
                Stream.concat(
                        Stream.of(method.getRawReturnType()),
                        method.getRawParameterTypes().stream())
                    .filter(type -> floating.contains(type.getName()))
                    .forEach(
                        type ->
                            events.add(
                                SimpleConditionEvent.violated(method, method.getFullName())));
              }
            })
        .check(CORE);
    noClasses()
        .should()
        .callMethod(java.math.BigDecimal.class, "doubleValue")
        .orShould()
        .callMethod(java.math.BigDecimal.class, "floatValue")
        .orShould()
        .callConstructor(java.math.BigDecimal.class, double.class)
        .check(CORE);
  }

  @Test
  void theCoreHasNoStaticState() {
    Set<String> mutable =
        Set.of(
            "java.util.concurrent.atomic.AtomicInteger",
            "java.util.concurrent.atomic.AtomicLong",
            "java.util.concurrent.atomic.AtomicReference",
            "java.util.concurrent.ConcurrentHashMap",
            "java.util.concurrent.ConcurrentMap",
            "java.util.HashMap",
            "java.util.ArrayList",
            "java.lang.ThreadLocal");
    fields()
        .that()
        .areStatic()
        .should(
            new ArchCondition<JavaField>("be constants") {
              @Override
              public void check(JavaField field, ConditionEvents events) {
                boolean isFinal =
                    field
                        .getModifiers()
                        .contains(com.tngtech.archunit.core.domain.JavaModifier.FINAL);
                if (!isFinal || mutable.contains(field.getRawType().getName())) {
                  events.add(SimpleConditionEvent.violated(field, field.getFullName()));
                }
              }
            })
        .check(CORE);
  }

  @Test
  void everyPackageIsNullMarked() {
    Set<String> packages = new TreeSet<>();
    for (JavaClass type : CORE) {
      if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
        packages.add(type.getPackageName());
      }
    }
    assertThat(packages).isEmpty();
  }

  @Test
  void onlyWebhooksOpenConnectionsOfTheirOwn() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".webhook")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.net.http..")
        .check(CORE);
  }

  @Test
  void theCoreKnowsNoHttpServerNoPluginAndNoServer() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideOutsideOfPackages(
            "io.javalin..",
            "jakarta.servlet..",
            "com.sun.net.httpserver..",
            "dev.innkeeper.provisioner..",
            "dev.innkeeper.server..",
            "dev.innkeeper.stripe..")
        .check(CORE);
  }

  /** The package below the root that a class belongs to; empty for the root itself. */
  private static String layer(JavaClass type) {
    String rest = type.getPackageName().substring(ROOT.length());
    return rest.isEmpty() ? "" : rest.substring(1).split("\\.", 2)[0];
  }

  private static List<String> fenced(String language) throws IOException {
    List<String> lines = new ArrayList<>();
    boolean inside = false;
    for (String line : Files.readAllLines(PROJECT.resolve("docs/architecture.md"))) {
      if (line.startsWith("```")) {
        inside = !inside && line.equals("```" + language);
      } else if (inside) {
        lines.add(line);
      }
    }
    assertThat(lines).as("the block '" + language + "' of docs/architecture.md").isNotEmpty();
    return lines;
  }

  private static List<String> modules() throws Exception {
    return texts(read(PROJECT.resolve("pom.xml")).getElementsByTagName("module"));
  }

  private static Set<String> runTimeNeeds(Path pom) throws Exception {
    Set<String> needs = new TreeSet<>();
    NodeList dependencies = read(pom).getElementsByTagName("dependency");
    for (int i = 0; i < dependencies.getLength(); i++) {
      Element dependency = (Element) dependencies.item(i);
      Node list = dependency.getParentNode();
      boolean managed = list.getParentNode().getNodeName().equals("dependencyManagement");
      boolean ours = child(dependency, "groupId").equals("dev.innkeeper");
      String scope = child(dependency, "scope");
      if (ours && !managed && (scope.isEmpty() || scope.equals("runtime"))) {
        needs.add(child(dependency, "artifactId"));
      }
    }
    return needs;
  }

  private static Document read(Path pom) throws Exception {
    return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(pom.toFile());
  }

  private static String child(Element element, String name) {
    List<String> texts = texts(element.getElementsByTagName(name));
    return texts.isEmpty() ? "" : texts.get(0);
  }

  private static List<String> texts(NodeList nodes) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      texts.add(nodes.item(i).getTextContent().strip());
    }
    return texts;
  }
}

package dev.innkeeper.documents;

import dev.innkeeper.billing.problem.InvalidInput;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a template and checks all of it, also what no invoice has reached yet: every name against
 * the records it will be filled with, every word against the keys known. Faults name file and line.
 *
 * <p>Not thread-safe: one use, one template.
 */
final class TemplateParser {
  private static final Pattern TAG = Pattern.compile("\\{\\{(.*?)\\}\\}", Pattern.DOTALL);
  private static final int INCLUDE_DEPTH_MAX = 5;

  private final TemplateFolder folder;
  private final Set<String> wordKeys;

  /** What is open: the scopes are record types, innermost last. */
  private final List<Class<?>> scopes = new ArrayList<>();

  /** An element whose text is no HTML, such as {@code style}, when one is open. */
  private @Nullable String rawElement;

  /** A block that waits for its end. */
  private static final class Block {
    final Place place;
    final String keyword;
    final Template.@Nullable Path path;
    final List<Template.Node> nodes = new ArrayList<>();
    @Nullable List<Template.Node> otherwise;

    Block(Place place, String keyword, Template.@Nullable Path path) {
      this.place = place;
      this.keyword = keyword;
      this.path = path;
    }

    void add(Template.Node node) {
      (otherwise == null ? nodes : otherwise).add(node);
    }
  }

  private record Place(String file, int line) {
    InvalidInput fault(String message) {
      return new InvalidInput(file + ":" + line, message);
    }
  }

  TemplateParser(TemplateFolder folder, Class<? extends Record> view, Set<String> wordKeys) {
    this.folder = folder;
    this.wordKeys = wordKeys;
    scopes.add(view);
  }

  /**
   * @throws InvalidInput whose field is file and line
   */
  Template parse(String file) {
    return new Template(parseFile(file, 0));
  }

  private List<Template.Node> parseFile(String file, int depth) {
    String text = folder.text(file);
    List<Block> open = new ArrayList<>();
    open.add(new Block(new Place(file, 1), "", null));
    Matcher tag = TAG.matcher(text);
    int end = 0;
    int line = 1;
    while (tag.find()) {
      line = literal(last(open), file, line, text.substring(end, tag.start()));
      Place place = new Place(file, line);
      if (depth > INCLUDE_DEPTH_MAX) {
        throw place.fault("files include one another more than " + INCLUDE_DEPTH_MAX + " deep");
      }
      tag(open, place, tag.group(1).strip(), depth);
      line += (int) tag.group().chars().filter(c -> c == '\n').count();
      end = tag.end();
    }
    literal(last(open), file, line, text.substring(end));
    if (open.size() > 1) {
      Block block = last(open);
      throw block.place.fault(
          "{{#" + block.keyword + "}} is never closed; add {{/" + block.keyword + "}}");
    }
    return open.get(0).nodes;
  }

  /** Adds text; gives the line it ends on. */
  private int literal(Block block, String file, int line, String text) {
    int brace = text.indexOf("{{");
    if (brace >= 0) {
      int at = line + (int) text.substring(0, brace).chars().filter(c -> c == '\n').count();
      throw new Place(file, at).fault("'{{' is never closed; add '}}'");
    }
    if (!text.isEmpty()) {
      block.add(new Template.Literal(file, line, text));
      trackRawElements(text);
    }
    return line + (int) text.chars().filter(c -> c == '\n').count();
  }

  private void trackRawElements(String text) {
    Matcher m = Pattern.compile("(?i)<(/?)(style|script)\\b").matcher(text);
    while (m.find()) {
      rawElement = m.group(1).isEmpty() ? m.group(2) : null;
    }
  }

  private void tag(List<Block> open, Place place, String tag, int depth) {
    if (tag.startsWith("!")) {
      return;
    }
    if (tag.startsWith(">")) {
      include(last(open), place, tag.substring(1).strip(), depth);
    } else if (tag.startsWith("#")) {
      begin(open, place, tag);
    } else if (tag.equals("else")) {
      otherwise(last(open), place);
    } else if (tag.startsWith("/")) {
      end(open, place, tag.substring(1).strip());
    } else if (tag.startsWith("word ")) {
      last(open).add(new Template.Word(wordKey(place, tag.substring(5).strip())));
    } else {
      value(last(open), place, tag);
    }
  }

  private void include(Block block, Place place, String file, int depth) {
    if (!folder.has(file)) {
      throw place.fault("there is no file '" + file + "'; known are " + folder.names());
    }
    if (file.endsWith(".css")) {
      String css = folder.text(file);
      if (css.contains("<") || css.contains("&")) {
        throw new Place(file, 1)
            .fault("'<' and '&' can't stand in a style sheet here; write them as \\3C and \\26");
      }
      block.add(new Template.Literal(file, 1, css));
    } else {
      parseFile(file, depth + 1).forEach(block::add);
    }
  }

  private void begin(List<Block> open, Place place, String tag) {
    String[] parts = tag.substring(1).strip().split("\\s+", -1);
    if (parts.length != 2 || !(parts[0].equals("if") || parts[0].equals("each"))) {
      throw place.fault("'{{" + tag + "}}' is not {{#if name}} or {{#each name}}");
    }
    List<Type> type = new ArrayList<>();
    Template.Path path = path(place, parts[1], type);
    if (parts[0].equals("each")) {
      scopes.add(itemType(place, parts[1], type.get(0)));
    }
    open.add(new Block(place, parts[0], path));
  }

  private static Class<?> itemType(Place place, String name, Type type) {
    if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
      return (Class<?>) list.getActualTypeArguments()[0];
    }
    throw place.fault("'" + name + "' is no list; write {{#if " + name + "}}, or name a list");
  }

  private static void otherwise(Block block, Place place) {
    if (!block.keyword.equals("if") || block.otherwise != null) {
      throw place.fault("{{else}} belongs once between {{#if name}} and {{/if}}");
    }
    block.otherwise = new ArrayList<>();
  }

  private void end(List<Block> open, Place place, String keyword) {
    Block block = last(open);
    Template.Path path = block.path;
    if (path == null || !block.keyword.equals(keyword)) {
      throw place.fault(
          "{{/"
              + keyword
              + "}} closes nothing"
              + (path == null
                  ? ""
                  : "; open is {{#" + block.keyword + "}} of line " + block.place.line()));
    }
    open.remove(open.size() - 1);
    if (keyword.equals("each")) {
      scopes.remove(scopes.size() - 1);
      last(open).add(new Template.Each(path, block.nodes));
    } else {
      List<Template.Node> otherwise = block.otherwise == null ? List.of() : block.otherwise;
      last(open).add(new Template.If(path, block.nodes, otherwise));
    }
  }

  private String wordKey(Place place, String key) {
    if (!wordKeys.contains(key)) {
      throw place.fault("there is no word '" + key + "'; known are " + new TreeSet<>(wordKeys));
    }
    return key;
  }

  private void value(Block block, Place place, String name) {
    if (rawElement != null) {
      throw place.fault(
          "'"
              + name
              + "' can't stand inside <"
              + rawElement
              + ">, where escaping does not protect; show it elsewhere");
    }
    List<Type> type = new ArrayList<>();
    Template.Path path = path(place, name, type);
    if (type.get(0) != String.class) {
      throw place.fault("'" + name + "' is no text; write {{#if " + name + "}} or {{#each …}}");
    }
    block.add(new Template.Value(path));
  }

  /** Finds a dotted name in the innermost scope that knows its first part. */
  private Template.Path path(Place place, String name, List<Type> typeFound) {
    String[] parts = name.split("\\.", -1);
    for (int depth = 0; depth < scopes.size(); depth++) {
      Class<?> scope = scopes.get(scopes.size() - 1 - depth);
      if (component(scope, parts[0]) != null) {
        return new Template.Path(depth, accessors(place, name, scope, parts, typeFound));
      }
    }
    Set<String> known = new TreeSet<>();
    scopes.forEach(
        s -> Arrays.stream(s.getRecordComponents()).forEach(c -> known.add(c.getName())));
    throw place.fault("there is no '" + name + "'; known here are " + known);
  }

  private static List<Method> accessors(
      Place place, String name, Class<?> scope, String[] parts, List<Type> typeFound) {
    List<Method> accessors = new ArrayList<>();
    Class<?> type = scope;
    Type generic = scope;
    for (String part : parts) {
      RecordComponent component = type.isRecord() ? component(type, part) : null;
      if (component == null) {
        throw place.fault("there is no '" + part + "' in '" + name + "'" + knownIn(type));
      }
      component.getAccessor().setAccessible(true);
      accessors.add(component.getAccessor());
      type = component.getType();
      generic = component.getGenericType();
    }
    typeFound.add(generic);
    return accessors;
  }

  private static String knownIn(Class<?> type) {
    return type.isRecord()
        ? "; known are "
            + Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName).toList()
        : "";
  }

  private static @Nullable RecordComponent component(Class<?> type, String name) {
    for (RecordComponent component : type.getRecordComponents()) {
      if (component.getName().equals(name)) {
        return component;
      }
    }
    return null;
  }

  private static Block last(List<Block> open) {
    return open.get(open.size() - 1);
  }
}

package dev.innkeeper.documents;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A parsed and checked template: text, values, conditions and repetitions, and nothing that could
 * run code. Every value is escaped; there is no way to ask for one that isn't. Immutable and
 * thread-safe.
 */
final class Template {
  /** A piece of a template. */
  sealed interface Node {}

  /**
   * Text as it stands.
   *
   * @param firstLine where it begins in its file
   */
  record Literal(String file, int firstLine, String text) implements Node {}

  record Value(Path path) implements Node {}

  record Word(String key) implements Node {}

  record If(Path path, List<Node> then, List<Node> otherwise) implements Node {}

  record Each(Path path, List<Node> body) implements Node {}

  /**
   * Where a value is found.
   *
   * @param depth 0 for the innermost scope, 1 for the one around it
   * @param accessors one after the other, from the scope's record on
   */
  record Path(int depth, List<Method> accessors) {}

  /** The records around a place in the template, innermost first. */
  private record Scope(Record values, @Nullable Scope outer) {
    Scope up(int depth) {
      Scope scope = this;
      for (int i = 0; i < depth; i++) {
        if (scope.outer == null) {
          throw new IllegalStateException("a template was checked for other scopes");
        }
        scope = scope.outer;
      }
      return scope;
    }
  }

  private final List<Node> nodes;

  Template(List<Node> nodes) {
    this.nodes = List.copyOf(nodes);
  }

  /**
   * Fills the template.
   *
   * @param view of the record type that the template was checked for
   * @param words every key that the template uses
   */
  void render(Record view, Map<String, String> words, TemplateOutput out) {
    render(nodes, new Scope(view, null), words, out);
  }

  private static void render(
      List<Node> nodes, Scope scope, Map<String, String> words, TemplateOutput out) {
    for (Node node : nodes) {
      if (node instanceof Literal literal) {
        out.literal(literal);
      } else if (node instanceof Value value) {
        Object text = resolve(value.path(), scope);
        if (text != null) {
          out.escaped((String) text);
        }
      } else if (node instanceof Word word) {
        String text = words.get(word.key());
        if (text == null) {
          throw new IllegalStateException("there is no word '" + word.key() + "'");
        }
        out.escaped(text);
      } else if (node instanceof If condition) {
        boolean holds = holds(resolve(condition.path(), scope));
        render(holds ? condition.then() : condition.otherwise(), scope, words, out);
      } else if (node instanceof Each each
          && resolve(each.path(), scope) instanceof List<?> items) {
        for (Object item : items) {
          render(each.body(), new Scope((Record) item, scope), words, out);
        }
      }
    }
  }

  /** True, a text that is not empty, a list that is not empty, or a record that is there. */
  private static boolean holds(@Nullable Object value) {
    if (value instanceof Boolean flag) {
      return flag;
    }
    if (value instanceof String text) {
      return !text.isEmpty();
    }
    if (value instanceof List<?> list) {
      return !list.isEmpty();
    }
    return value != null;
  }

  private static @Nullable Object resolve(Path path, Scope scope) {
    Object value = scope.up(path.depth()).values();
    try {
      for (Method accessor : path.accessors()) {
        if (value == null) {
          return null;
        }
        value = accessor.invoke(value);
      }
      return value;
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("a value could not be read: " + path, e);
    }
  }
}

package dev.innkeeper.billing.catalog;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.innkeeper.billing.problem.InvalidInput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * YAML as a tree that remembers lines. Jackson's own tree forgets them, and a person who wrote 300
 * lines wants to know which one is wrong.
 */
final class YamlTree {
  private static final int LENGTH_MAX = 4_000_000;
  private static final int DEPTH_MAX = 20;

  private YamlTree() {}

  /** A node and the line it begins on, counted from 1. */
  sealed interface Node {
    int line();

    /** Any scalar, as it was written; {@code null} and nothing at all are the empty text. */
    record Scalar(int line, String text) implements Node {}

    /** A list. */
    record Items(int line, List<Node> items) implements Node {}

    /** A mapping, in the order written. */
    record Fields(int line, Map<String, Node> fields) implements Node {}
  }

  static Node read(String yaml) {
    if (yaml.length() > LENGTH_MAX) {
      throw new InvalidInput("catalog", "has more than " + LENGTH_MAX + " characters");
    }
    try (JsonParser parser = new YAMLFactory().createParser(yaml)) {
      if (parser.nextToken() == null) {
        throw new InvalidInput("catalog", "line 1: the text is empty");
      }
      Node root = node(parser, 0);
      if (parser.nextToken() != null) {
        throw new InvalidInput("catalog", "line " + line(parser) + ": a second document begins");
      }
      return root;
    } catch (JsonProcessingException e) {
      throw unreadable(e);
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory does not fail", e);
    }
  }

  private static InvalidInput unreadable(JsonProcessingException e) {
    int line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
    String reason = e.getOriginalMessage();
    int end = reason == null ? -1 : reason.indexOf('\n');
    return new InvalidInput(
        "catalog", "line " + line + ": not YAML: " + (end < 0 ? reason : reason.substring(0, end)));
  }

  private static Node node(JsonParser parser, int depth) throws IOException {
    int line = line(parser);
    if (depth > DEPTH_MAX) {
      throw new InvalidInput("catalog", "line " + line + ": nested deeper than " + DEPTH_MAX);
    }
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      return fields(parser, depth, line);
    }
    if (parser.currentToken() == JsonToken.START_ARRAY) {
      List<Node> items = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        items.add(node(parser, depth + 1));
      }
      return new Node.Items(line, items);
    }
    String text = parser.currentToken() == JsonToken.VALUE_NULL ? "" : parser.getText();
    return new Node.Scalar(line, text);
  }

  private static Node fields(JsonParser parser, int depth, int line) throws IOException {
    Map<String, Node> fields = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      int nameLine = line(parser);
      parser.nextToken();
      if (fields.put(name, node(parser, depth + 1)) != null) {
        throw new InvalidInput(name, "line " + nameLine + ": stands twice in one mapping");
      }
    }
    return new Node.Fields(line, fields);
  }

  private static int line(JsonParser parser) {
    return parser.currentTokenLocation().getLineNr();
  }
}

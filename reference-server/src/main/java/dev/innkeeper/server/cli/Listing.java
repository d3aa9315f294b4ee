package dev.innkeeper.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.innkeeper.server.client.ApiClient;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** A list of the API's as a table: for each item a row, for each column one of its fields. */
final class Listing {
  private final List<String> heads = new ArrayList<>();
  private final List<Function<JsonNode, String>> cells = new ArrayList<>();

  /**
   * A column of a field's text.
   *
   * @param head its name; see {@link Table}
   */
  Listing column(String head, String field) {
    return column(head, item -> AdminCommands.text(item.path(field)));
  }

  /** A column of amounts with their currency, set to the right. */
  Listing amounts(String head, String field) {
    return column(">" + head, item -> AdminCommands.amount(item.path(field)));
  }

  Listing column(String head, Function<JsonNode, String> cell) {
    heads.add(head);
    cells.add(cell);
    return this;
  }

  /**
   * Every item of a list, page by page.
   *
   * @param path with a query already where the list has pages
   */
  String of(ApiClient client, String path) {
    Table table = new Table(heads.toArray(String[]::new));
    Pages.each(
        client,
        path,
        item -> table.add(cells.stream().map(cell -> cell.apply(item)).toArray(String[]::new)));
    return table.toString();
  }
}

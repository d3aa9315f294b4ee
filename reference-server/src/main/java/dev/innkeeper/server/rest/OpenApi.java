package dev.innkeeper.server.rest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Describes the routes as OpenAPI 3.1, made from the same list that serves them. */
final class OpenApi {
  private static final Pattern PARAMETER = Pattern.compile("\\{([^}]+)}");

  private OpenApi() {}

  static ObjectNode describe(ObjectMapper json, List<Endpoint> endpoints) {
    ObjectNode root = json.createObjectNode();
    root.put("openapi", "3.1.0");
    root.putObject("info")
        .put("title", "Innkeeper")
        .put("version", "v1")
        .put("description", "Amounts are text in major units. See docs/api.md.");
    ObjectNode paths = root.putObject("paths");
    for (Endpoint endpoint : endpoints) {
      ObjectNode path = (ObjectNode) paths.get(endpoint.path());
      if (path == null) {
        path = paths.putObject(endpoint.path());
      }
      operation(path.putObject(endpoint.method().name().toLowerCase(Locale.ROOT)), endpoint);
    }
    ObjectNode components = root.putObject("components");
    components
        .putObject("securitySchemes")
        .putObject("token")
        .put("type", "http")
        .put("scheme", "bearer");
    ObjectNode problem = components.putObject("schemas").putObject("Problem");
    problem.put("type", "object");
    ObjectNode properties = problem.putObject("properties");
    for (String name : List.of("type", "title", "code", "detail")) {
      properties.putObject(name).put("type", "string");
    }
    properties.putObject("status").put("type", "integer");
    properties.putObject("errors").put("type", "array");
    return root;
  }

  private static void operation(ObjectNode operation, Endpoint endpoint) {
    operation.put("summary", endpoint.summary());
    ArrayNode parameters = operation.putArray("parameters");
    Matcher matcher = PARAMETER.matcher(endpoint.path());
    while (matcher.find()) {
      parameter(parameters, matcher.group(1), "path", true);
    }
    endpoint.query().forEach(name -> parameter(parameters, name, "query", false));
    if (endpoint.keyed()) {
      parameter(parameters, "Idempotency-Key", "header", true);
    }
    if (!endpoint.fields().isEmpty()) {
      body(operation, endpoint.fields());
    }
    if (endpoint.caller() != Endpoint.Caller.ANYBODY) {
      operation.putArray("security").addObject().putArray("token");
    }
    ObjectNode responses = operation.putObject("responses");
    responses.putObject("2XX").put("description", "done");
    responses
        .putObject("default")
        .put("description", "what went wrong")
        .putObject("content")
        .putObject("application/problem+json")
        .putObject("schema")
        .put("$ref", "#/components/schemas/Problem");
  }

  private static void parameter(ArrayNode all, String name, String in, boolean required) {
    all.addObject()
        .put("name", name)
        .put("in", in)
        .put("required", required)
        .putObject("schema")
        .put("type", "string");
  }

  private static void body(ObjectNode operation, List<String> fields) {
    ObjectNode schema =
        operation
            .putObject("requestBody")
            .put("required", true)
            .putObject("content")
            .putObject("application/json")
            .putObject("schema");
    schema.put("type", "object").put("additionalProperties", false);
    ObjectNode properties = schema.putObject("properties");
    ArrayNode required = schema.putArray("required");
    for (String field : fields) {
      boolean must = field.endsWith("!");
      String name = must ? field.substring(0, field.length() - 1) : field;
      properties.putObject(name);
      if (must) {
        required.add(name);
      }
    }
  }
}

package dev.innkeeper.server.rest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.innkeeper.billing.db.Contention;
import dev.innkeeper.billing.problem.BillingException;
import dev.innkeeper.billing.problem.Conflict;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotFound;
import dev.innkeeper.server.auth.TooManyAttempts;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns what went wrong into {@code application/problem+json} (RFC 9457). Thread-safe. */
final class Problems {
  private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

  private final ObjectMapper json;
  private final int bodyBytesMax;

  Problems(ObjectMapper json, int bodyBytesMax) {
    this.json = json;
    this.bodyBytesMax = bodyBytesMax;
  }

  void write(Context ctx, Exception failure) {
    if (failure instanceof BillingException refused) {
      write(ctx, refused);
    } else if (failure instanceof Refused refused) {
      if (refused.status() == 401) {
        ctx.header("WWW-Authenticate", "Bearer");
      }
      write(ctx, refused.status(), problem(refused.status(), refused.code(), message(refused)));
    } else if (failure instanceof TooManyAttempts) {
      ctx.header("Retry-After", "600");
      write(ctx, 429, problem(429, "too-many-attempts", message(failure)));
    } else if (failure instanceof Contention) {
      LOG.warn("{} {} lost against others", ctx.method(), ctx.path(), failure);
      ctx.header("Retry-After", "1");
      write(
          ctx,
          503,
          problem(
              503,
              "busy",
              "too many others want the same at this moment; send the request again in a second,"
                  + " with the same Idempotency-Key if it has one"));
    } else if (failure instanceof HttpResponseException http) {
      write(ctx, http.getStatus(), problem(http.getStatus(), code(http), detail(ctx, http)));
    } else {
      LOG.error("{} {} failed", ctx.method(), ctx.path(), failure);
      write(
          ctx,
          500,
          problem(
              500,
              "internal-error",
              "something went wrong here, and is in the server's log; try again with the same"
                  + " Idempotency-Key"));
    }
  }

  private void write(Context ctx, BillingException refused) {
    int status = statusOf(refused);
    ObjectNode body = problem(status, refused.code(), message(refused));
    if (refused instanceof InvalidInput invalid) {
      ArrayNode errors = body.putArray("errors");
      invalid
          .violations()
          .forEach(v -> errors.addObject().put("field", v.field()).put("fix", v.message()));
    }
    write(ctx, status, body);
  }

  /** The HTTP status that a refusal of the engine's is answered with. */
  static int statusOf(BillingException refused) {
    if (refused instanceof InvalidInput) {
      return 400;
    }
    if (refused instanceof NotFound) {
      return 404;
    }
    if (refused instanceof Conflict) {
      return 409;
    }
    return switch (refused.code()) {
      case "not-a-customer" -> 403;
      case "no-funds", "invoice-overdue", "card-declined" -> 402;
      default -> 422;
    };
  }

  private String detail(Context ctx, HttpResponseException http) {
    return switch (http.getStatus()) {
      case 404 -> "there is no " + ctx.method() + " " + ctx.path() + "; see /v1/openapi.json";
      case 405 -> ctx.method() + " is not possible here; see /v1/openapi.json";
      case 413 -> "the body is larger than " + bodyBytesMax + " bytes; send less at a time";
      default -> message(http);
    };
  }

  private static String code(HttpResponseException http) {
    return switch (http.getStatus()) {
      case 404 -> "no-such-path";
      case 405 -> "no-such-method";
      case 413 -> "body-too-large";
      default ->
          message(http).toLowerCase(Locale.ROOT).replaceAll("[^a-z]+", "-").replaceAll("-$", "");
    };
  }

  private static String message(Exception failure) {
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }

  private ObjectNode problem(int status, String code, String detail) {
    return json.createObjectNode()
        .put("type", "urn:innkeeper:problem:" + code)
        .put("title", code.replace('-', ' '))
        .put("status", status)
        .put("code", code)
        .put("detail", detail);
  }

  private static void write(Context ctx, int status, ObjectNode body) {
    ctx.status(status).contentType("application/problem+json").result(body.toString());
  }
}

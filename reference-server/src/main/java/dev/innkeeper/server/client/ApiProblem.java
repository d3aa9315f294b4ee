package dev.innkeeper.server.client;

import java.util.List;

/** The server refused a request, or could not be reached. */
public final class ApiProblem extends RuntimeException {
  private final int status;
  private final String code;

  /** A server that can't be asked at all. */
  public ApiProblem(String message) {
    this(0, "no-answer", message, List.of());
  }

  ApiProblem(int status, String code, String detail, List<String> fixes) {
    super(fixes.isEmpty() ? detail : String.join("; ", fixes));
    this.status = status;
    this.code = code;
  }

  /** The HTTP status; 0 when there was no answer. */
  public int status() {
    return status;
  }

  /** The problem's word, such as {@code voucher-expired}. */
  public String code() {
    return code;
  }
}

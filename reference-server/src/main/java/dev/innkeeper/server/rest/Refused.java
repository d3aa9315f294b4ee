package dev.innkeeper.server.rest;

/** The server itself refuses a request, before the engine sees it. */
final class Refused extends RuntimeException {
  private final int status;
  private final String code;

  Refused(int status, String code, String message) {
    super(message);
    this.status = status;
    this.code = code;
  }

  int status() {
    return status;
  }

  String code() {
    return code;
  }
}

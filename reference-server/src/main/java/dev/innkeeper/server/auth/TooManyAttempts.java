package dev.innkeeper.server.auth;

/** Sign-in failed too often; it is refused for a while, right password or not. */
public final class TooManyAttempts extends RuntimeException {
  TooManyAttempts() {
    super("too many failed sign-ins: wait ten minutes, then try again");
  }
}

package dev.innkeeper.server.auth;

/** What a login may do. */
public enum Role {
  CUSTOMER,
  ADMIN
}

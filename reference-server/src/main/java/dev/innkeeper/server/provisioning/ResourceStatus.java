package dev.innkeeper.server.provisioning;

/** How far a resource is, as its owner reads it. */
public enum ResourceStatus {
  /** Nothing was done about it yet. */
  REQUESTED,
  IN_PROGRESS,
  RUNNING,
  SUSPENDED,
  /** It could not be brought to what it should be; the message says why. */
  FAILED,
  TERMINATING,
  GONE
}

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
  GONE;

  /** In one word: {@code up}, {@code down}, or {@code none} when there is nothing of it. */
  public String upDown() {
    return switch (this) {
      case RUNNING -> "up";
      case SUSPENDED, FAILED, IN_PROGRESS -> "down";
      case REQUESTED, TERMINATING, GONE -> "none";
    };
  }
}

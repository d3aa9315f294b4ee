package dev.innkeeper.provisioner;

/** What a resource is doing, as the world shows it. */
public enum ResourceState {
  /** There is nothing of it. */
  ABSENT,
  /** Being made, changed, resumed. */
  STARTING,
  /** Does what its owner pays for. */
  RUNNING,
  /** Stopped by us, its data kept. */
  SUSPENDED,
  /** Should run and can't. */
  FAILED,
  /** On its way out. */
  TERMINATING
}

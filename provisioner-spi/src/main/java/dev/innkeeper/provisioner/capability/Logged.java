package dev.innkeeper.provisioner.capability;

import dev.innkeeper.provisioner.ResourceRef;
import java.util.List;

/** Keeps what a resource wrote to its output. */
public interface Logged {

  /**
   * The last lines, oldest first.
   *
   * @param linesMax 1 to 10,000
   */
  List<String> logs(ResourceRef ref, int linesMax);
}

package dev.innkeeper.provisioner.workload;

import dev.innkeeper.provisioner.DnsLabel;

/**
 * Storage that outlives restarts and suspension, and ends with the resource.
 *
 * @param name unique within the workload, a DNS label
 * @param mountPath absolute, where the workload sees it
 * @param sizeMegabytes in units of 1,048,576 bytes
 */
public record Volume(String name, String mountPath, long sizeMegabytes) {
  private static final long SIZE_MEGABYTES_MAX = 1L << 30;

  public Volume {
    DnsLabel.require("volumes.name", name);
    if (!mountPath.startsWith("/") || mountPath.contains("..") || mountPath.length() < 2) {
      throw new IllegalArgumentException(
          "volumes.mountPath: must be an absolute path below /, was '" + mountPath + "'");
    }
    Check.range("volumes.sizeMegabytes", sizeMegabytes, 1, SIZE_MEGABYTES_MAX);
  }
}

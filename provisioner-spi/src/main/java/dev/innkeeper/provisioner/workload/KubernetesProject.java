package dev.innkeeper.provisioner.workload;

import java.util.List;

/**
 * A project on Kubernetes: nodes of its own or a share of a pool, and the manifests that run on
 * them.
 *
 * @param nodes the machines it is given
 * @param quota what all its pods together may use
 * @param storageMegabytes what all its volumes together may hold
 * @param manifests YAML documents, applied in this order into the project's own namespace
 */
public record KubernetesProject(
    NodePool nodes, Resources quota, long storageMegabytes, List<String> manifests)
    implements Workload {
  private static final int MANIFESTS_MAX = 200;
  private static final int MANIFEST_LENGTH_MAX = 1 << 20;
  private static final int NODES_MAX = 1000;
  private static final long STORAGE_MEGABYTES_MAX = 1L << 30;

  public KubernetesProject {
    Check.range("storageMegabytes", storageMegabytes, 0, STORAGE_MEGABYTES_MAX);
    Check.atMost("manifests", manifests, MANIFESTS_MAX);
    manifests = List.copyOf(manifests);
    for (String manifest : manifests) {
      Check.range("manifests.length", manifest.length(), 1, MANIFEST_LENGTH_MAX);
    }
  }

  /**
   * Machines of one type.
   *
   * @param location the provider's name of a region or zone
   * @param machineType the provider's name of a size
   * @param count how many
   */
  public record NodePool(String location, String machineType, int count) {
    public NodePool {
      Check.notBlank("nodes.location", location);
      Check.notBlank("nodes.machineType", machineType);
      Check.range("nodes.count", count, 1, NODES_MAX);
    }
  }
}

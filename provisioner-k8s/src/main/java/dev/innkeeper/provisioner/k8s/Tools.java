package dev.innkeeper.provisioner.k8s;

import io.fabric8.kubernetes.api.model.Namespace;
import java.util.function.Function;

/**
 * What it takes to change a resource.
 *
 * @param look how a resource is, by its namespace
 */
record Tools(
    Cluster cluster,
    ClusterSettings settings,
    NodePools nodePools,
    Replicas replicas,
    Function<Namespace, Sight> look) {}

/**
 * Containers and projects on Kubernetes: each in a namespace of its own, found by our label, closed
 * by a quota of no pods while it is suspended.
 */
@NullMarked
package dev.innkeeper.provisioner.k8s;

import org.jspecify.annotations.NullMarked;

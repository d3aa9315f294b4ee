/** Container workloads as services of a Docker Swarm. */
@NullMarked
package dev.innkeeper.provisioner.swarm;

import org.jspecify.annotations.NullMarked;

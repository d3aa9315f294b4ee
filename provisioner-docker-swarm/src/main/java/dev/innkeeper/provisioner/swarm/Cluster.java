package dev.innkeeper.provisioner.swarm;

import com.github.dockerjava.api.model.Service;
import com.github.dockerjava.api.model.SwarmNode;
import com.github.dockerjava.api.model.SwarmNodeSpec;
import java.util.List;

/** What a manager knows of the swarm as a whole. */
interface Cluster {
  List<SwarmNode> nodes();

  /** Refused when the node has changed since it was read. */
  void updateNode(SwarmNode read, SwarmNodeSpec spec);

  /** Everybody's. */
  List<Service> services();

  List<Service> servicesOf(String instance);
}

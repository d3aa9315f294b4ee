package dev.innkeeper.provisioner.swarm;

import com.github.dockerjava.api.model.EndpointSpec;
import com.github.dockerjava.api.model.PortConfig;
import com.github.dockerjava.api.model.Service;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Where a service runs and at which ports it is reached. Chosen once and written into the service:
 * its volumes are on that machine, and its owner has told others the address.
 *
 * @param hub the machine's host name; empty where the swarm may choose
 * @param ports published ports by the name of the workload's port
 */
record Placement(Optional<String> hub, Map<String, Integer> ports) {
  Placement {
    ports = Map.copyOf(ports);
  }

  static Placement of(Service service) {
    Map<String, Integer> ports = new TreeMap<>();
    EndpointSpec endpoint = service.getSpec().getEndpointSpec();
    if (endpoint != null && endpoint.getPorts() != null) {
      for (PortConfig port : endpoint.getPorts()) {
        if (port.getName() != null && port.getPublishedPort() != 0) {
          ports.put(port.getName(), port.getPublishedPort());
        }
      }
    }
    return new Placement(ServiceSpecs.label(service, ServiceSpecs.HUB), ports);
  }
}

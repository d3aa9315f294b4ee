package dev.innkeeper.provisioner.workload;

import dev.innkeeper.provisioner.DnsLabel;

/**
 * A port that the workload listens on and that is reached from outside.
 *
 * @param name unique within the workload, a DNS label such as {@code http}
 * @param number 1 to 65535
 */
public record Port(String name, int number, Protocol protocol) {

  /** What is spoken on a port. */
  public enum Protocol {
    TCP,
    UDP,
    /** TCP that may be routed by host name. */
    HTTP
  }

  public Port {
    DnsLabel.require("ports.name", name);
    Check.range("ports.number", number, 1, 65_535);
  }
}

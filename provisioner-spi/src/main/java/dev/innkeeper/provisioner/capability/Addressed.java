package dev.innkeeper.provisioner.capability;

import dev.innkeeper.provisioner.ResourceRef;
import java.util.List;

/** Knows where a resource is reached. */
public interface Addressed {

  /** Empty while it has no address, and for a resource that is not there. */
  List<Address> addresses(ResourceRef ref);

  /**
   * One way to reach a resource.
   *
   * @param value as a person would type it
   */
  record Address(Type type, String value) {
    /** What an address is. */
    public enum Type {
      URL,
      HOST_NAME,
      IPV4,
      IPV6
    }
  }
}

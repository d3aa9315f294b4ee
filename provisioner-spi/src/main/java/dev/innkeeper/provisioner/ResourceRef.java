package dev.innkeeper.provisioner;

/**
 * Points at a resource.
 *
 * @param id what it is found by
 * @param name what its owner calls it, a DNS label; other resources may have had it before and may
 *     get it afterwards
 */
public record ResourceRef(ResourceId id, String name) {
  public ResourceRef {
    DnsLabel.require("name", name);
  }
}

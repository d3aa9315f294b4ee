package dev.innkeeper.provisioner;

import dev.innkeeper.provisioner.workload.Workload;

/**
 * A resource as it should be.
 *
 * @param ref which one
 * @param owner whose it is: an opaque word, the same for all resources of one customer
 * @param workload what runs
 */
public record ResourceSpec(ResourceRef ref, String owner, Workload workload) {

  public ResourceId id() {
    return ref.id();
  }

  public String name() {
    return ref.name();
  }

  /**
   * Equal for equal name and workload, different otherwise. Store it with what you create and give
   * it back in {@link Observation#specDigest()}: that is how a change of plan is noticed. 64
   * hexadecimal digits, which don't disclose what is in the specification.
   */
  public String digest() {
    return SpecDigest.of(ref.name(), workload);
  }
}

package dev.innkeeper.provisioner.workload;

import java.util.List;
import java.util.Set;

/**
 * A machine of the customer's own.
 *
 * @param image the provider's name of what it boots
 * @param resources processor and memory
 * @param diskMegabytes in units of 1,048,576 bytes
 * @param sshKeys public keys of those who may sign in, in OpenSSH's form
 * @param addresses which public addresses it gets
 */
public record VirtualMachine(
    String image,
    Resources resources,
    long diskMegabytes,
    List<String> sshKeys,
    Set<PublicAddress> addresses)
    implements Workload {
  private static final long DISK_MEGABYTES_MAX = 1L << 30;
  private static final int SSH_KEYS_MAX = 100;

  /** A kind of public address. */
  public enum PublicAddress {
    IPV4,
    IPV6
  }

  public VirtualMachine {
    Check.notBlank("image", image);
    Check.range("diskMegabytes", diskMegabytes, 1, DISK_MEGABYTES_MAX);
    Check.atMost("sshKeys", sshKeys, SSH_KEYS_MAX);
    sshKeys = List.copyOf(sshKeys);
    // Immutable, and in an order that doesn't change from run to run.
    addresses = java.util.Collections.unmodifiableSet(new java.util.TreeSet<>(addresses));
  }
}

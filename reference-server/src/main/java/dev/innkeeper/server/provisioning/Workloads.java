package dev.innkeeper.server.provisioning;

import dev.innkeeper.provisioner.workload.ContainerWorkload;
import dev.innkeeper.provisioner.workload.CustomWorkload;
import dev.innkeeper.provisioner.workload.KubernetesProject;
import dev.innkeeper.provisioner.workload.Port;
import dev.innkeeper.provisioner.workload.Resources;
import dev.innkeeper.provisioner.workload.VirtualMachine;
import dev.innkeeper.provisioner.workload.Volume;
import dev.innkeeper.provisioner.workload.Workload;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Reads a workload from the parameters of a filled-in template.
 *
 * <pre>
 * workload: container            image, command (quotes keep spaces), cpuMillis, memoryMegabytes, hostName,
 *                                env.NAME: value, volume.NAME: /path:megabytes,
 *                                port.NAME: 8080/http (or tcp, udp), placement.LABEL: value
 * workload: virtual-machine      image, cpuMillis, memoryMegabytes, diskMegabytes,
 *                                sshKeys (one a line), publicAddresses: ipv4,ipv6
 * workload: kubernetes-project   location, machineType, nodes, cpuMillis, memoryMegabytes,
 *                                storageMegabytes, manifest.N
 * workload: anything else        a custom workload with the other parameters as they are
 * </pre>
 */
final class Workloads {
  static final String WORKLOAD = "workload";

  private final Map<String, String> unread;

  private Workloads(Map<String, String> parameters) {
    this.unread = new TreeMap<>(parameters);
  }

  /**
   * @throws IllegalArgumentException naming the parameter at fault
   */
  static Workload read(Map<String, String> parameters) {
    Workloads reading = new Workloads(parameters);
    String kind = reading.text(WORKLOAD);
    Workload workload =
        switch (kind) {
          case "container" -> reading.container();
          case "virtual-machine" -> reading.virtualMachine();
          case "kubernetes-project" -> reading.kubernetesProject();
          default -> reading.custom(kind);
        };
    if (!reading.unread.isEmpty()) {
      throw new IllegalArgumentException(
          "template." + reading.unread.keySet().iterator().next() + ": not known for " + kind);
    }
    return workload;
  }

  private Workload custom(String kind) {
    Map<String, String> parameters = Map.copyOf(unread);
    unread.clear();
    return new CustomWorkload(kind, parameters);
  }

  private Workload container() {
    ContainerWorkload.Builder builder = ContainerWorkload.builder(text("image"), resources());
    String command = optional("command");
    if (!command.isEmpty()) {
      builder.command(command(command));
    }
    String hostName = optional("hostName");
    if (!hostName.isEmpty()) {
      builder.hostName(hostName);
    }
    all("env.").forEach(builder::environment);
    all("placement.").forEach(builder::placement);
    all("volume.").forEach((name, value) -> builder.volume(volume(name, value)));
    all("port.").forEach((name, value) -> builder.port(port(name, value)));
    return builder.build();
  }

  private static String[] command(String line) {
    try {
      return Words.split(line).toArray(new String[0]);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("template.command: " + e.getMessage(), e);
    }
  }

  private Workload virtualMachine() {
    Set<VirtualMachine.PublicAddress> addresses = new TreeSet<>();
    for (String address : words(optional("publicAddresses"), ",")) {
      addresses.add(oneOf("publicAddresses", address, VirtualMachine.PublicAddress.class));
    }
    return new VirtualMachine(
        text("image"),
        resources(),
        number("diskMegabytes"),
        words(optional("sshKeys"), "\n"),
        addresses);
  }

  private Workload kubernetesProject() {
    KubernetesProject.NodePool nodes =
        new KubernetesProject.NodePool(
            text("location"), text("machineType"), Math.toIntExact(number("nodes")));
    Resources quota = resources();
    long storageMegabytes = number("storageMegabytes");
    return new KubernetesProject(
        nodes, quota, storageMegabytes, List.copyOf(all("manifest.").values()));
  }

  private Resources resources() {
    return new Resources(number("cpuMillis"), number("memoryMegabytes"));
  }

  private static Volume volume(String name, String value) {
    int colon = value.lastIndexOf(':');
    if (colon < 1) {
      throw new IllegalArgumentException(
          "template.volume." + name + ": must be /path:megabytes, was '" + value + "'");
    }
    return new Volume(
        name, value.substring(0, colon), number("volume." + name, value.substring(colon + 1)));
  }

  private static Port port(String name, String value) {
    int slash = value.indexOf('/');
    String number = slash < 0 ? value : value.substring(0, slash);
    String protocol = slash < 0 ? "tcp" : value.substring(slash + 1);
    return new Port(
        name,
        Math.toIntExact(number("port." + name, number)),
        oneOf("port." + name, protocol, Port.Protocol.class));
  }

  private static <E extends Enum<E>> E oneOf(String key, String word, Class<E> type) {
    try {
      return Enum.valueOf(type, word.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      String known =
          Arrays.stream(type.getEnumConstants())
              .map(constant -> constant.name().toLowerCase(Locale.ROOT))
              .collect(Collectors.joining(", "));
      throw new IllegalArgumentException(
          "template." + key + ": must be one of " + known + ", was '" + word + "'", e);
    }
  }

  private static List<String> words(String text, String separator) {
    return Arrays.stream(text.split(separator, -1))
        .map(String::strip)
        .filter(word -> !word.isEmpty())
        .toList();
  }

  private Map<String, String> all(String prefix) {
    Map<String, String> found = new TreeMap<>();
    unread
        .entrySet()
        .removeIf(
            entry -> {
              boolean ours = entry.getKey().startsWith(prefix);
              if (ours) {
                found.put(entry.getKey().substring(prefix.length()), entry.getValue());
              }
              return ours;
            });
    return found;
  }

  private long number(String key) {
    return number(key, text(key));
  }

  private static long number(String key, String text) {
    try {
      return Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "template." + key + ": must be a whole number, was '" + text + "'", e);
    }
  }

  private String text(String key) {
    String value = unread.remove(key);
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException("template." + key + ": is missing");
    }
    return value;
  }

  private String optional(String key) {
    String value = unread.remove(key);
    return value == null ? "" : value;
  }
}

package dev.innkeeper.server.provisioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.provisioner.workload.ContainerWorkload;
import dev.innkeeper.provisioner.workload.CustomWorkload;
import dev.innkeeper.provisioner.workload.KubernetesProject;
import dev.innkeeper.provisioner.workload.Port;
import dev.innkeeper.provisioner.workload.Resources;
import dev.innkeeper.provisioner.workload.VirtualMachine;
import dev.innkeeper.provisioner.workload.Volume;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorkloadTemplateTest {
  private static final WorkloadTemplate.Choice LARGE =
      new WorkloadTemplate.Choice(
          "my-site", Map.of("size", "large"), 3, Map.of("sshKey", "ssh-ed25519 AAAA $1"));

  @Test
  void whatACustomerChoseWinsOverWhatHoldsForAll() {
    WorkloadTemplate template =
        new WorkloadTemplate(
            Map.of(
                "workload", "static-site",
                "quotaMegabytes", "10",
                "quotaMegabytes[size=large]", "100",
                "quotaMegabytes[size=small]", "1"));
    assertThat(template.fill(LARGE))
        .isEqualTo(Map.of("workload", "static-site", "quotaMegabytes", "100"));
  }

  @Test
  void placeholdersAreFilledInLiterally() {
    WorkloadTemplate template =
        new WorkloadTemplate(Map.of("a", "${name}.${size}.${quantity}", "b", "${metadata.sshKey}"));
    assertThat(template.fill(LARGE))
        .isEqualTo(Map.of("a", "my-site.large.3", "b", "ssh-ed25519 AAAA $1"));
    assertThat(new WorkloadTemplate(Map.of("c", "[${metadata.none}]")).fill(LARGE))
        .isEqualTo(Map.of("c", "[]"));
  }

  @Test
  void mistakesInATemplateAreNamed() {
    assertThatThrownBy(() -> new WorkloadTemplate(Map.of("a", "${sise}")).fill(LARGE))
        .hasMessageContaining("template.a: ${sise} is neither");
    assertThat(
            new WorkloadTemplate(Map.of("a[size=huge]", "1"))
                .check(Map.of("size", List.of("small", "large"))))
        .singleElement()
        .satisfies(problem -> assertThat(problem.field()).isEqualTo("template.a[size=huge]"));
  }

  @Test
  void readsAContainer() {
    assertThat(
            Workloads.read(
                Map.ofEntries(
                    Map.entry("workload", "container"),
                    Map.entry("image", "registry.example.org/pub:1"),
                    Map.entry("command", "/bin/pub  --port 8008"),
                    Map.entry("cpuMillis", "500"),
                    Map.entry("memoryMegabytes", "1024"),
                    Map.entry("env.NAME", "my-pub"),
                    Map.entry("volume.data", "/data:2048"),
                    Map.entry("port.web", "8008/http"),
                    Map.entry("port.gossip", "8009"),
                    Map.entry("hostName", "my-pub.example.org"),
                    Map.entry("placement.hub", "true"))))
        .isEqualTo(
            ContainerWorkload.builder("registry.example.org/pub:1", new Resources(500, 1024))
                .command("/bin/pub", "--port", "8008")
                .environment("NAME", "my-pub")
                .volume(new Volume("data", "/data", 2048))
                .port(new Port("gossip", 8009, Port.Protocol.TCP))
                .port(new Port("web", 8008, Port.Protocol.HTTP))
                .hostName("my-pub.example.org")
                .placement("hub", "true")
                .build());
  }

  @Test
  void readsTheOtherWorkloads() {
    assertThat(
            Workloads.read(
                Map.of(
                    "workload", "virtual-machine",
                    "image", "debian-12",
                    "cpuMillis", "2000",
                    "memoryMegabytes", "2048",
                    "diskMegabytes", "20480",
                    "sshKeys", "ssh-ed25519 A\nssh-ed25519 B\n",
                    "publicAddresses", "ipv6, ipv4")))
        .isInstanceOfSatisfying(
            VirtualMachine.class,
            vm -> {
              assertThat(vm.sshKeys()).containsExactly("ssh-ed25519 A", "ssh-ed25519 B");
              assertThat(vm.addresses()).hasSize(2);
            });
    assertThat(
            Workloads.read(
                Map.of(
                    "workload", "kubernetes-project",
                    "location", "europe-west1",
                    "machineType", "e2-standard-2",
                    "nodes", "3",
                    "cpuMillis", "6000",
                    "memoryMegabytes", "24000",
                    "storageMegabytes", "10000",
                    "manifest.1", "kind: Deployment")))
        .isInstanceOf(KubernetesProject.class);
    assertThat(Workloads.read(Map.of("workload", "static-site", "quotaMegabytes", "1")))
        .isEqualTo(new CustomWorkload("static-site", Map.of("quotaMegabytes", "1")));
  }

  @Test
  void mistakesInAWorkloadAreNamed() {
    Map<String, String> container =
        Map.of("workload", "container", "image", "a", "cpuMillis", "1", "memoryMegabytes", "1");
    assertThat(Workloads.read(container)).isNotNull();
    assertThatThrownBy(() -> Workloads.read(Map.of("image", "a")))
        .hasMessage("template.workload: is missing");
    assertThatThrownBy(() -> Workloads.read(with(container, "memoryMegabytes", "1 GB")))
        .hasMessageContaining("template.memoryMegabytes: must be a whole number, was '1 GB'");
    assertThatThrownBy(() -> Workloads.read(with(container, "memoryMegabyte", "1")))
        .hasMessageContaining("template.memoryMegabyte: not known for container");
    assertThatThrownBy(() -> Workloads.read(with(container, "port.web", "80/https")))
        .hasMessageContaining("template.port.web: must be one of tcp, udp, http");
    assertThatThrownBy(() -> Workloads.read(with(container, "volume.data", "data")))
        .hasMessageContaining("template.volume.data: must be /path:megabytes");
  }

  private static Map<String, String> with(Map<String, String> map, String key, String value) {
    Map<String, String> copy = new java.util.HashMap<>(map);
    copy.put(key, value);
    return copy;
  }
}

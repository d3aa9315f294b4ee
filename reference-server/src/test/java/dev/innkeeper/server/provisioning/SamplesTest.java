package dev.innkeeper.server.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.provisioner.workload.ContainerWorkload;
import dev.innkeeper.server.plugins.Plugins;
import dev.innkeeper.server.plugins.Provisioners;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The price lists that the documentation gives as samples can be sold as they are. */
class SamplesTest {
  @TempDir Path folder;

  @Test
  void pubsAreSoldInThreeSizes() throws IOException {
    ProvisioningBench bench = new ProvisioningBench();
    String pubs = Files.readString(Path.of("..", "docs", "samples", "pubs.yaml"));
    bench.engine.catalog().apply(pubs, "test");
    Map<String, Map<String, String>> settings =
        Map.of("docker-swarm", Map.of("dockerHost", "tcp://127.0.0.1:1"));
    try (Plugins plugins =
            Plugins.load(folder, List.of(Path.of("..", "provisioner-docker-swarm")));
        Provisioners provisioners =
            Provisioners.open(plugins, settings, folder, Clock.systemUTC());
        Orchestrator orchestrator =
            Orchestrator.create(
                new Orchestrator.Parts(
                    bench.engine,
                    bench.server,
                    provisioners,
                    bench.hook,
                    bench.realClock,
                    new Random(1)),
                Orchestrator.Options.standard())) {
      for (String size : List.of("small", "medium", "large")) {
        assertThat(orchestrator.check("pub", Map.of("size", size), "my-pub")).isEmpty();
      }
      Map<String, String> filled =
          new WorkloadTemplate(bench.engine.catalog().product("pub").template())
              .fill(new WorkloadTemplate.Choice("my-pub", Map.of("size", "large"), 1, Map.of()));
      ContainerWorkload pub = (ContainerWorkload) Workloads.read(filled);
      assertThat(pub.resources().memoryMegabytes()).isEqualTo(4096);
      assertThat(pub.environment()).containsEntry("ssb_host", "my-pub.pubs.example.org");
      assertThat(pub.volumes())
          .singleElement()
          .extracting("mountPath")
          .isEqualTo("/home/node/.ssb");
    } finally {
      bench.close();
    }
  }
}

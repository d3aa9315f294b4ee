package dev.innkeeper.provisioner.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.provisioner.CostEstimate;
import dev.innkeeper.provisioner.workload.ContainerWorkload;
import dev.innkeeper.provisioner.workload.KubernetesProject;
import dev.innkeeper.provisioner.workload.Resources;
import dev.innkeeper.provisioner.workload.Volume;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PricesTest {
  private final Prices prices =
      Prices.read(
          "EUR",
          "e2-standard-2@europe-west1=0.0731, e2-standard-2@*=0.08,\n"
              + "cpu-core@*=0.02, memory-gb@*=0.004, volume-gb@*=0.0001");

  @Test
  void nodesCostByTypeCountAndLocation() {
    CostEstimate estimate = prices.of(nodes("e2-standard-2", "europe-west1", 3)).orElseThrow();
    assertThat(estimate.perHour()).isEqualByComparingTo("0.2193");
    assertThat(estimate.currency()).isEqualTo("EUR");
    assertThat(estimate.explanation()).isEqualTo("3 × e2-standard-2 in europe-west1");
  }

  @Test
  void anotherLocationCostsWhatAnywhereElseDoes() {
    assertThat(prices.of(nodes("e2-standard-2", "asia-east1", 1)).orElseThrow().perHour())
        .isEqualByComparingTo("0.08");
  }

  @Test
  void whatTheTableDoesNotSayIsNotGuessed() {
    assertThat(prices.of(nodes("n2-highmem-8", "europe-west1", 1))).isEmpty();
    assertThat(Prices.read("EUR", "cpu-core@*=1").of(container())).isEmpty();
    assertThat(Prices.read("EUR", "").of(container())).isEmpty();
  }

  @Test
  void containersCostByTheirParts() {
    CostEstimate estimate = prices.of(container()).orElseThrow();
    assertThat(estimate.perHour()).isEqualByComparingTo("0.0122");
    assertThat(estimate.explanation()).isEqualTo("0.5 cores, 0.5 GB of memory, 2 GB of volumes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"e2=0.1", "e2@here=free", "e2@here", "e2@here=-1", "e2@here=1e9"})
  void entriesOfAnotherFormAreNamed(String entry) {
    assertThatThrownBy(() -> Prices.read("EUR", entry))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("prices: must be")
        .hasMessageContaining(entry);
  }

  private static KubernetesProject nodes(String type, String location, int count) {
    return new KubernetesProject(
        new KubernetesProject.NodePool(location, type, count), new Resources(1, 1), 0, List.of());
  }

  private static ContainerWorkload container() {
    return ContainerWorkload.builder("web:1", new Resources(500, 512))
        .volume(new Volume("data", "/data", 2048))
        .build();
  }
}

package dev.innkeeper.provisioner.k8s;

import dev.innkeeper.provisioner.CostEstimate;
import dev.innkeeper.provisioner.workload.ContainerWorkload;
import dev.innkeeper.provisioner.workload.KubernetesProject;
import dev.innkeeper.provisioner.workload.Volume;
import dev.innkeeper.provisioner.workload.Workload;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the hoster pays for an hour: of a machine by type and location, or of a core, a GB of memory
 * and a GB of volumes. Immutable.
 *
 * @param perHour in major units of the currency, by {@code machineType@location}, where {@code *}
 *     stands for any other location
 */
record Prices(String currency, Map<String, BigDecimal> perHour) {
  private static final BigDecimal THOUSAND = BigDecimal.valueOf(1000);
  private static final BigDecimal MEGABYTES_PER_GIGABYTE = BigDecimal.valueOf(1024);
  private static final String ANYWHERE = "@*";
  private static final String CORE = "cpu-core";
  private static final String MEMORY = "memory-gb";
  private static final String VOLUME = "volume-gb";

  Prices {
    perHour = Map.copyOf(perHour);
  }

  /**
   * @param table {@code e2-standard-2@europe-west1=0.0731, e2-standard-2@*=0.08, cpu-core@*=0.02}
   * @throws IllegalArgumentException when an entry is not of that form
   */
  static Prices read(String currency, String table) {
    Map<String, BigDecimal> perHour = new TreeMap<>();
    Pairs.read("prices", table)
        .forEach(
            (key, value) -> {
              if (key.indexOf('@') < 1 || !value.matches("[0-9]{1,9}(\\.[0-9]{1,12})?")) {
                throw new IllegalArgumentException(
                    "prices: must be machineType@location=price an hour, was '"
                        + key
                        + "="
                        + value
                        + "'");
              }
              perHour.put(key, new BigDecimal(value));
            });
    return new Prices(currency, perHour);
  }

  /** What the workload costs an hour; nothing when the table does not say. */
  Optional<CostEstimate> of(Workload workload) {
    if (workload instanceof KubernetesProject project) {
      return ofNodes(project.nodes());
    }
    return workload instanceof ContainerWorkload container
        ? ofContainer(container)
        : Optional.empty();
  }

  private Optional<CostEstimate> ofNodes(KubernetesProject.NodePool nodes) {
    String what = nodes.count() + " × " + nodes.machineType() + " in " + nodes.location();
    return price(nodes.machineType(), nodes.location())
        .map(each -> each.multiply(BigDecimal.valueOf(nodes.count())))
        .map(sum -> new CostEstimate(currency, sum, what));
  }

  private Optional<CostEstimate> ofContainer(ContainerWorkload container) {
    BigDecimal cores =
        BigDecimal.valueOf(container.resources().cpuMillis())
            .divide(THOUSAND, MathContext.UNLIMITED);
    BigDecimal memory = gigabytes(container.resources().memoryMegabytes());
    BigDecimal volumes =
        gigabytes(container.volumes().stream().mapToLong(Volume::sizeMegabytes).sum());
    Optional<BigDecimal> core = price(CORE, "");
    Optional<BigDecimal> gigabyte = price(MEMORY, "");
    Optional<BigDecimal> volume = price(VOLUME, "");
    if (core.isEmpty() || gigabyte.isEmpty() || (volume.isEmpty() && volumes.signum() > 0)) {
      return Optional.empty();
    }
    BigDecimal sum =
        core.get()
            .multiply(cores)
            .add(gigabyte.get().multiply(memory))
            .add(volume.orElse(BigDecimal.ZERO).multiply(volumes));
    String what =
        text(cores)
            + " cores, "
            + text(memory)
            + " GB of memory, "
            + text(volumes)
            + " GB of volumes";
    return Optional.of(new CostEstimate(currency, sum, what));
  }

  private Optional<BigDecimal> price(String what, String location) {
    return Optional.ofNullable(perHour.get(what + "@" + location))
        .or(() -> Optional.ofNullable(perHour.get(what + ANYWHERE)));
  }

  /** Exact: 1024 divides into finite decimals. */
  private static BigDecimal gigabytes(long megabytes) {
    return BigDecimal.valueOf(megabytes).divide(MEGABYTES_PER_GIGABYTE, MathContext.UNLIMITED);
  }

  private static String text(BigDecimal number) {
    return number.stripTrailingZeros().toPlainString();
  }
}

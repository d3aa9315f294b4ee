package dev.innkeeper.provisioner.k8s;

import dev.innkeeper.provisioner.settings.Setting;
import dev.innkeeper.provisioner.settings.Settings;
import dev.innkeeper.provisioner.settings.SettingsSchema;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * How an administrator wants things run. Immutable.
 *
 * @param instance what our objects are labelled with, so that two installations on one cluster
 *     leave each other's alone
 * @param namespacePrefix of all our namespaces
 * @param nodeSelector that all pods get
 * @param pause until a look at what has begun is worth while
 * @param closedNetworks that pods may not reach, as CIDRs; empty for no network policies
 */
record ClusterSettings(
    String instance,
    String namespacePrefix,
    Nodes nodes,
    Map<String, String> nodeSelector,
    Pods pods,
    Doors doors,
    List<String> closedNetworks,
    Set<String> allowedKinds,
    Prices prices,
    Duration pause) {
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final int INSTANCE_LENGTH_MAX = 26;

  static final String KUBECONFIG = "kubeconfig";

  /** In the place of a path, for a server that runs on the cluster itself. */
  static final String IN_CLUSTER = "in-cluster";

  static final SettingsSchema SCHEMA =
      SettingsSchema.of(
          Setting.text(KUBECONFIG, "path of a kubeconfig; " + IN_CLUSTER + ": the service account"),
          Setting.text("installation", "our name on this cluster, if several bill for it")
              .orElse("innkeeper"),
          Setting.text("nodes", "shared: all projects on the same; dedicated: nodes of their own")
              .oneOf("shared", "dedicated")
              .orElse("shared"),
          Setting.text("nodeSelector", "labels that nodes for customers have, as key=value, …")
              .orElse(""),
          Setting.text("storageClass", "of volumes; empty for the cluster's default").orElse(""),
          Setting.text("ingressClass", "of host names; empty for the cluster's default").orElse(""),
          Setting.text("clusterIssuer", "cert-manager's issuer for host names; empty for no TLS")
              .orElse(""),
          Setting.text("serviceType", "how TCP and UDP ports are published")
              .oneOf("LoadBalancer", "NodePort", "ClusterIP")
              .orElse("LoadBalancer"),
          Setting.text("imagePullPolicy", "when images are pulled")
              .oneOf("IfNotPresent", "Always", "Never")
              .orElse("IfNotPresent"),
          Setting.text("podSecurity", "Pod Security level that namespaces enforce")
              .oneOf("baseline", "restricted")
              .orElse("baseline"),
          Setting.wholeNumber("podsMax", 1, 10_000, "how many pods a project may have")
              .orElse("100"),
          Setting.wholeNumber("loadBalancersMax", 0, 1000, "how many load balancers, likewise")
              .orElse("1"),
          Setting.wholeNumber("stopGraceSeconds", 1, 600, "what a container has to stop in")
              .orElse("30"),
          Setting.wholeNumber("requestTimeoutSeconds", 1, 120, "until the cluster counts as away")
              .orElse("10"),
          Setting.text("closedNetworks", "CIDRs that pods can't reach; empty for no policies")
              .orElse("10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 169.254.0.0/16"),
          Setting.text("allowedKinds", "more kinds for manifests, as group/version/Kind, …")
              .orElse(""),
          Setting.text("currency", "of prices").orElse("EUR"),
          Setting.text("prices", "what an hour costs you: machineType@location=0.08, cpu-core@*=…")
              .orElse(""));

  /** Whose the machines are. */
  enum Nodes {
    SHARED,
    DEDICATED
  }

  /** How pods are run. */
  record Pods(
      String storageClass,
      String imagePullPolicy,
      String security,
      long countMax,
      long stopGraceSeconds) {}

  /** How what runs is reached. */
  record Doors(
      String ingressClass, String clusterIssuer, String serviceType, long loadBalancersMax) {}

  /**
   * @throws IllegalArgumentException naming the setting that does not fit
   */
  static ClusterSettings of(String instance, Settings settings) {
    if (instance.length() > INSTANCE_LENGTH_MAX) {
      throw new IllegalArgumentException(
          "a Kubernetes provisioner's name has at most "
              + INSTANCE_LENGTH_MAX
              + " characters, since namespaces begin with it, was '"
              + instance
              + "'");
    }
    return new ClusterSettings(
        settings.text("installation") + "." + instance,
        instance + "-",
        settings.text("nodes").equals("dedicated") ? Nodes.DEDICATED : Nodes.SHARED,
        Pairs.read("nodeSelector", settings.text("nodeSelector")),
        new Pods(
            settings.text("storageClass"),
            settings.text("imagePullPolicy"),
            settings.text("podSecurity"),
            settings.wholeNumber("podsMax"),
            settings.wholeNumber("stopGraceSeconds")),
        new Doors(
            settings.text("ingressClass"),
            settings.text("clusterIssuer"),
            settings.text("serviceType"),
            settings.wholeNumber("loadBalancersMax")),
        Pairs.words(settings.text("closedNetworks")),
        new TreeSet<>(Pairs.words(settings.text("allowedKinds"))),
        Prices.read(settings.text("currency"), settings.text("prices")),
        PAUSE);
  }

  /** The same with other pauses, for a cluster that is faster than real ones. */
  ClusterSettings withPause(Duration newPause) {
    return new ClusterSettings(
        instance,
        namespacePrefix,
        nodes,
        nodeSelector,
        pods,
        doors,
        closedNetworks,
        allowedKinds,
        prices,
        newPause);
  }
}

package dev.innkeeper.provisioner.k8s;

import dev.innkeeper.provisioner.ResourceSpec;
import dev.innkeeper.provisioner.workload.ContainerWorkload;
import dev.innkeeper.provisioner.workload.Port;
import dev.innkeeper.provisioner.workload.Volume;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.IngressBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The objects that make one container run: claims for its volumes, a secret for its environment, a
 * Deployment (or a StatefulSet where there are volumes, so that two never write to one), services
 * and an ingress. Immutable.
 */
record ContainerObjects(
    ClusterSettings settings, ResourceSpec spec, ContainerWorkload container, String namespace) {
  private static final String APP = "app";
  private static final String ENVIRONMENT = "environment";
  private static final String ENVIRONMENT_CONTENT = "innkeeper.dev/environment";

  List<HasMetadata> all() {
    List<HasMetadata> objects = new ArrayList<>();
    container.volumes().forEach(volume -> objects.add(claim(volume)));
    if (!container.environment().isEmpty()) {
      objects.add(
          new SecretBuilder()
              .withMetadata(metadata(ENVIRONMENT))
              .withStringData(container.environment())
              .build());
    }
    objects.add(container.volumes().isEmpty() ? deployment() : statefulSet());
    List<Port> routed = routedPorts();
    if (!routed.isEmpty()) {
      objects.add(service(APP, "ClusterIP", routed));
      objects.add(ingress(routed.get(0)));
    }
    for (Port.Protocol protocol : List.of(Port.Protocol.TCP, Port.Protocol.UDP)) {
      List<Port> ports = publishedPorts(protocol);
      if (!ports.isEmpty()) {
        String name = APP + "-" + protocol.name().toLowerCase(java.util.Locale.ROOT);
        objects.add(service(name, settings.doors().serviceType(), ports));
      }
    }
    return objects;
  }

  /** HTTP by host name; the others are published as they are. */
  private List<Port> routedPorts() {
    return container.hostName().isEmpty()
        ? List.of()
        : container.ports().stream().filter(p -> p.protocol() == Port.Protocol.HTTP).toList();
  }

  /** Of one transport, since a load balancer need not take two. */
  private List<Port> publishedPorts(Port.Protocol transport) {
    return container.ports().stream()
        .filter(port -> transportOf(port) == transport)
        .filter(port -> !routedPorts().contains(port))
        .toList();
  }

  private static Port.Protocol transportOf(Port port) {
    return port.protocol() == Port.Protocol.UDP ? Port.Protocol.UDP : Port.Protocol.TCP;
  }

  private HasMetadata deployment() {
    return new DeploymentBuilder()
        .withMetadata(metadata(APP))
        .withNewSpec()
        .withReplicas(1)
        .withNewStrategy()
        .withType("Recreate")
        .endStrategy()
        .withNewSelector()
        .withMatchLabels(selector())
        .endSelector()
        .withTemplate(template())
        .endSpec()
        .build();
  }

  private HasMetadata statefulSet() {
    return new StatefulSetBuilder()
        .withMetadata(metadata(APP))
        .withNewSpec()
        .withReplicas(1)
        .withServiceName(APP)
        .withNewSelector()
        .withMatchLabels(selector())
        .endSelector()
        .withTemplate(template())
        .endSpec()
        .build();
  }

  private PodTemplateSpec template() {
    Map<String, String> annotations = new TreeMap<>();
    if (!container.environment().isEmpty()) {
      // A secret that changes restarts nothing; this does.
      annotations.put(
          ENVIRONMENT_CONTENT, Content.digestOf(new TreeMap<>(container.environment())));
    }
    Map<String, String> nodeSelector = new TreeMap<>(settings.nodeSelector());
    nodeSelector.putAll(container.placement());
    Map<String, String> labels = new TreeMap<>(Labels.of(spec.ref(), settings.instance()));
    labels.putAll(selector());
    return new PodTemplateSpecBuilder()
        .withNewMetadata()
        .withLabels(labels)
        .withAnnotations(annotations.isEmpty() ? null : annotations)
        .endMetadata()
        .withNewSpec()
        .withContainers(main())
        .withNodeSelector(nodeSelector.isEmpty() ? null : nodeSelector)
        .withAutomountServiceAccountToken(false)
        .withEnableServiceLinks(false)
        .withTerminationGracePeriodSeconds(settings.pods().stopGraceSeconds())
        .withNewSecurityContext()
        .withRunAsNonRoot(restricted() ? true : null)
        .withNewSeccompProfile()
        .withType("RuntimeDefault")
        .endSeccompProfile()
        .endSecurityContext()
        .addAllToVolumes(
            container.volumes().stream()
                .map(
                    volume ->
                        new io.fabric8.kubernetes.api.model.VolumeBuilder()
                            .withName(volume.name())
                            .withNewPersistentVolumeClaim()
                            .withClaimName(volume.name())
                            .endPersistentVolumeClaim()
                            .build())
                .toList())
        .endSpec()
        .build();
  }

  private boolean restricted() {
    return settings.pods().security().equals("restricted");
  }

  private Container main() {
    Map<String, Quantity> limits =
        Map.of(
            "cpu", Frame.millis(container.resources().cpuMillis()),
            "memory", Frame.megabytes(container.resources().memoryMegabytes()));
    ContainerBuilder main =
        new ContainerBuilder()
            .withName(APP)
            .withImage(container.image())
            .withImagePullPolicy(settings.pods().imagePullPolicy())
            .withNewResources()
            .withLimits(limits)
            .withRequests(limits)
            .endResources()
            .withNewSecurityContext()
            .withAllowPrivilegeEscalation(false)
            .withNewCapabilities()
            .withDrop(restricted() ? "ALL" : "NET_RAW")
            .endCapabilities()
            .endSecurityContext();
    if (!container.command().isEmpty()) {
      main.withCommand(container.command());
    }
    if (!container.environment().isEmpty()) {
      main.addNewEnvFrom().withNewSecretRef().withName(ENVIRONMENT).endSecretRef().endEnvFrom();
    }
    for (Volume volume : container.volumes()) {
      main.addNewVolumeMount()
          .withName(volume.name())
          .withMountPath(volume.mountPath())
          .endVolumeMount();
    }
    for (Port port : container.ports()) {
      main.addNewPort()
          .withContainerPort(port.number())
          .withProtocol(transportOf(port).name())
          .endPort();
    }
    return main.build();
  }

  private PersistentVolumeClaim claim(Volume volume) {
    String storageClass = settings.pods().storageClass();
    return new PersistentVolumeClaimBuilder()
        .withMetadata(metadata(volume.name()))
        .withNewSpec()
        .withAccessModes("ReadWriteOnce")
        .withStorageClassName(storageClass.isEmpty() ? null : storageClass)
        .withNewResources()
        .withRequests(Map.of("storage", Frame.megabytes(volume.sizeMegabytes())))
        .endResources()
        .endSpec()
        .build();
  }

  private Service service(String name, String type, List<Port> ports) {
    ServiceBuilder service =
        new ServiceBuilder()
            .withMetadata(metadata(name))
            .withNewSpec()
            .withType(type)
            .withSelector(selector())
            .endSpec();
    for (Port port : ports) {
      service
          .editSpec()
          .addNewPort()
          .withName(port.name())
          .withPort(port.number())
          .withTargetPort(new IntOrString(port.number()))
          .withProtocol(transportOf(port).name())
          .endPort()
          .endSpec();
    }
    return service.build();
  }

  private Ingress ingress(Port port) {
    String host = container.hostName().orElseThrow();
    ObjectMeta metadata = metadata(APP);
    IngressBuilder ingress = new IngressBuilder();
    String issuer = settings.doors().clusterIssuer();
    if (!issuer.isEmpty()) {
      metadata.setAnnotations(Map.of("cert-manager.io/cluster-issuer", issuer));
    }
    String ingressClass = settings.doors().ingressClass();
    ingress
        .withMetadata(metadata)
        .withNewSpec()
        .withIngressClassName(ingressClass.isEmpty() ? null : ingressClass)
        .addNewRule()
        .withHost(host)
        .withNewHttp()
        .addNewPath()
        .withPath("/")
        .withPathType("Prefix")
        .withNewBackend()
        .withNewService()
        .withName(APP)
        .withNewPort()
        .withNumber(port.number())
        .endPort()
        .endService()
        .endBackend()
        .endPath()
        .endHttp()
        .endRule()
        .endSpec();
    if (!issuer.isEmpty()) {
      ingress.editSpec().addNewTl().withHosts(host).withSecretName("tls").endTl().endSpec();
    }
    return ingress.build();
  }

  private Map<String, String> selector() {
    return Map.of(Labels.PROJECT, spec.id().toString(), "app.kubernetes.io/name", APP);
  }

  private ObjectMeta metadata(String name) {
    return new ObjectMetaBuilder()
        .withName(name)
        .withNamespace(namespace)
        .withLabels(Labels.of(spec.ref(), settings.instance()))
        .build();
  }
}

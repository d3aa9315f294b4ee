package dev.innkeeper.provisioner.k8s;

import dev.innkeeper.provisioner.workload.ContainerWorkload;
import dev.innkeeper.provisioner.workload.KubernetesProject;
import dev.innkeeper.provisioner.workload.Resources;
import dev.innkeeper.provisioner.workload.Volume;
import java.util.List;

/** A web server over a volume, as a container and as a customer's manifests. */
final class TestWorkloads {
  static final String VOLUME = "data";

  private TestWorkloads() {}

  static KubernetesWorld.Workloads containers(String image) {
    return memoryMegabytes ->
        ContainerWorkload.builder(image, new Resources(50, memoryMegabytes))
            .command("httpd", "-f", "-p", "8080", "-h", "/data")
            .volume(new Volume(VOLUME, "/data", 16))
            .build();
  }

  static KubernetesWorld.Workloads projects(String image, String storageClass) {
    return memoryMegabytes -> project(manifests(image, storageClass, memoryMegabytes));
  }

  static KubernetesProject project(String... manifests) {
    return new KubernetesProject(
        new KubernetesProject.NodePool("here", "any", 1),
        new Resources(1000, 512),
        1024,
        List.of(manifests));
  }

  private static String manifests(String image, String storageClass, long memoryMegabytes) {
    return """
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {name: data}
        spec:
          accessModes: [ReadWriteOnce]
          storageClassName: %s
          resources: {requests: {storage: 16Mi}}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 1
          strategy: {type: Recreate}
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - name: app
                image: %s
                imagePullPolicy: IfNotPresent
                command: [httpd, -f, -p, "8080", -h, /data]
                volumeMounts: [{name: data, mountPath: /data}]
                resources: {limits: {cpu: 50m, memory: %dMi}}
              volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
        """
        .formatted(storageClass, image, memoryMegabytes);
  }
}
